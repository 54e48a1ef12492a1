"""Show: the handlers of the site. They open transactions, take the clock, call one action and pick a page."""
