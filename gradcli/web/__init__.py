"""The playground: type a program, see its derivatives.  One page, over a local server or Python in the browser."""
