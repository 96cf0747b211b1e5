"""The web: routes, pages, sync. It may use store and core; neither of them knows it."""
