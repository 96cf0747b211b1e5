# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""Django, one plain view with its ORM, a transaction a request. The connection stays open, as its handbook advises."""

import json

import django
import plain
from django.conf import settings

settings.configure(
    SECRET_KEY=plain.KEY,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": plain.DATABASE,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": plain.PRAGMAS},
        }
    },
)
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.handlers.wsgi import WSGIRequest  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Session(models.Model):
    handle = models.TextField(primary_key=True)
    seq = models.BigIntegerField()

    class Meta:
        app_label = "bench"
        db_table = "session"
        managed = False


class Entry(models.Model):
    pk = models.CompositePrimaryKey("session", "seq")
    session = models.TextField()
    seq = models.BigIntegerField()
    id = models.TextField()
    device = models.TextField()
    n = models.BigIntegerField()
    seen = models.BigIntegerField()
    at = models.BigIntegerField()
    kind = models.TextField()
    step = models.TextField(null=True)
    answer = models.TextField(null=True)
    of = models.TextField(null=True)
    reason = models.TextField(null=True)

    class Meta:
        app_label = "bench"
        db_table = "entry"
        managed = False


def sync(request: WSGIRequest, handle: str) -> HttpResponse:
    if not plain.signed_in(request.COOKIES.get("seat")):
        return HttpResponse(status=401)
    ask = json.loads(request.body)
    names = plain.COLUMNS.split(", ")
    with transaction.atomic():
        session = Session.objects.get(handle=handle)
        ids = [entry["id"] for entry in ask["entries"]]
        known = dict(Entry.objects.filter(session=handle, id__in=ids).values_list("id", "seq"))
        verdicts, made = [], []
        for entry in ask["entries"]:
            if entry["id"] in known:
                verdicts.append(plain.verdict(entry["id"], "duplicate", known[entry["id"]]))
                continue
            session.seq += 1
            row = plain.row(handle, session.seq, ask["device"], entry)
            made.append(Entry(**dict(zip(names, row, strict=True))))
            verdicts.append(plain.verdict(entry["id"], "stored", session.seq))
        Entry.objects.bulk_create(made)
        session.save(update_fields=["seq"])
    news = Entry.objects.filter(session=handle, seq__gt=ask["seen"]).order_by("seq").values_list(*names)[:500]
    told = plain.reply(session.seq, verdicts, news)
    return JsonResponse(told, json_dumps_params={"separators": (",", ":")})


urlpatterns = [path("s/<handle>/sync", sync)]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
