"""Answers as people would write them: over the program's names, shortest first."""
