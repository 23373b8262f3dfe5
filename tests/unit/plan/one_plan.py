"""One invented plan, and what every layout of it is to be read as."""

ECONOMY, CARE = "Ekonomi och inköp", "Vård och omsorg"
PAY, KEYS = "Lön betalas ut till den som har slutat", "Nycklar kommer bort"
ROWS = [
    (ECONOMY, PAY, "Avslut registreras i tid", "Stickprov på åtta avslut", "Årsbokslut"),
    (ECONOMY, PAY, "Löneskuld återkrävs", "Stickprov, minst fyra ärenden", "Bokslut per augusti"),
    (
        CARE,
        KEYS,
        "Kvittens finns för nycklar",
        "Samtliga kvittenser gås igenom",
        "Bokslut per april",
    ),
]
EXPECTED = [
    (ECONOMY, PAY, "Avslut registreras i tid", "sample", "exact", 8, ("årsbokslut",)),
    (ECONOMY, PAY, "Löneskuld återkrävs", "sample", "at_least", 4, ("augusti",)),
    (CARE, KEYS, "Kvittens finns för nycklar", "census", "census", None, ("april",)),
]


def read(reading):
    return [
        (r.area, r.risk, r.control, str(r.technique), str(r.sample_kind), r.n, r.points)
        for r in reading.rows
    ]


def codes(reading):
    return [note.code for note in reading.notes]
