"""Views: the widgets of the window. Each is handed its models; work is started through the session only."""
