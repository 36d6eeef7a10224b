"""The one clock: real unless it is moved by hand."""
