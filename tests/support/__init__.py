"""Shared help for the tests: where data lies, small packages with answers by hand, phantoms, watchers."""
