"""What the short answers rest on: where people can read it, and which facts of the clinical ground it stands for: F and
a fact's number, or S and the row of its second section."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Something published. Its title, in plain words, stands with the other words under its `id`. Of a page without a
    date, `year` is when it was read. What is concluded here and published nowhere has no link."""

    id: str
    who: str
    year: str
    link: str
    facts: tuple[str, ...]


_LABEL = "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=d81a6a79-a74a-44b7-822c-0dfa3036eaed"
_ALERT = (
    "https://www.fda.gov/drugs/human-drug-compounding/"
    "fda-warns-patients-and-health-care-providers-about-potential-risks-associated-compounded-ketamine"
)
_PROGRAMME = "https://www.accessdata.fda.gov/scripts/cder/rems/index.cfm?event=IndvRemsDetails.page&REMS=386"
_SESSION = "https://journeyclinical.zendesk.com/hc/en-us/articles/34352436570644"
_PLAN = "https://journeyclinical-therapist.zendesk.com/hc/en-us/articles/20800199877652"
_INJECTION = "https://fda.report/DailyMed/46dab560-8ecd-4d92-8c92-6baa2310b09b"
_RECALL = "http://patientsafety.pa.gov/ADVISORIES/Pages/200709_100.aspx"
_LEAVING = "https://www.rcemlearning.co.uk/modules/procedural-sedation-in-emergency-medicine-2018/"

SOURCES = (
    Source("label", "Johnson & Johnson", "2026", _LABEL, ("F1", "F2", "F3", "F4", "F5", "F7", "F13", "F14")),
    Source("programme", "FDA", "2026", _PROGRAMME, ("F9",)),
    Source("alert", "FDA", "2023", _ALERT, ("F31",)),
    Source("canada", "Swainson, CANMAT", "2021", "https://pubmed.ncbi.nlm.nih.gov/33174760/", ("S5",)),
    Source("injection", "DailyMed", "2026", _INJECTION, ("S1",)),
    Source("driving", "van de Loo", "2017", "https://pmc.ncbi.nlm.nih.gov/articles/PMC5660834", ("F45",)),
    Source("length", "Sage Integrative Health", "2026", "https://sageintegrativehealth.org/kat-test-test", ("F23",)),
    Source("session", "Journey Clinical", "2026", _SESSION, ("F15",)),
    Source("plan", "Journey Clinical", "2026", _PLAN, ("F19",)),
    Source("watching", "Journey Clinical", "2026", "https://journeyclinical.com/kap-chaperone-guidelines", ("F16",)),
    Source("surgery", "Correa", "2001", "https://pubmed.ncbi.nlm.nih.gov/11350338/", ("F38",)),
    Source("recall", "Pennsylvania Patient Safety Authority", "2007", _RECALL, ("F40",)),
    Source("leaving", "Royal College of Emergency Medicine", "2018", _LEAVING, ("F42",)),
    Source("own", "Session Day", "2026", "", ("F48",)),
)
BY_FACT = {fact: source for source in SOURCES for fact in source.facts}
