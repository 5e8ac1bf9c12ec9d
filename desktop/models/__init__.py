"""Models: what the views show, without a widget among them."""
