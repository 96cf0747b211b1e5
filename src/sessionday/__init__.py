"""Session Day: a session's day, walked through by the client, their support person and the clinic."""

__version__ = "0.1.0"
