"""Questions asked of an analysis, one a module."""
