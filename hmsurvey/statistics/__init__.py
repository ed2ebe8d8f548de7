"""Numbers in, numbers out: knows no survey and could be lifted out."""
