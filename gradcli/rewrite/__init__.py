"""Named rewrite rules, `before -> after` as text, and the one driver that applies them.

They know expressions only as operations with arguments: constructors (`gradcli.expr`) stand above them.
"""
