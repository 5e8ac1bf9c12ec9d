"""The window of Lobule: it asks the pipeline and shows values; it knows no stage of the engine.

* `app` tells the start-up order; `__main__` reads the arguments.
* `document` (the case, its history, the last analysis), `volume_store`, `settings`: what is known, without a widget.
* `operations` (one function per intention, each an unstarted `jobs.Job`), `session` strings them together.
* `display_plane`, `outlines`, `window_level`, `heatmap`, `roi_edits`: between patient millimetres and the screen.
* `models`: what lists, tables and linked viewports show; `views`: the widgets.

A viewport is a pyqtgraph view, created once and hidden, never taken down. Its scene is empty: the image is painted as
the background, heat maps, outlines and texts as the foreground, all by one affine transform, so turn and mirror come
free with it.
"""
