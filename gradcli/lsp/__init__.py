"""What editors ask of a text, and the server that answers them (extra `lsp`)."""
