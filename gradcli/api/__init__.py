"""The library: programs, answers, verdicts and code as Python objects.  `gradcli` offers what is public here."""
