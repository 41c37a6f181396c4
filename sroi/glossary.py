"""Terms with their meaning, in both languages: for the list of terms, and for where a term stands
on a page.
"""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language


@dataclass(frozen=True)
class Entry:
    """What one thing is called on every page, and what it means in plain words."""

    code: str
    nl: str
    meaning_nl: str
    en: str
    meaning_en: str

    @property
    def name(self) -> str:
        return self.en if get_language() == "en" else self.nl

    @property
    def meaning(self) -> str:
        return self.meaning_en if get_language() == "en" else self.meaning_nl


def entry(code: str) -> Entry:
    return next(entry for entry in ENTRIES if entry.code == code)


def explained(code: str, words: str) -> SafeString:
    """Words on a page that say what they mean when pressed."""
    return render_to_string(
        "components/term.html",
        {"id": f"term-{code}", "term": words, "meaning": entry(code).meaning},
    )


def entries() -> list[Entry]:
    """All of them, in the order of the alphabet of the language in use."""
    return sorted(ENTRIES, key=lambda entry: entry.name.casefold())


ENTRIES = tuple(
    Entry(*row)
    for row in (
        (
            "settlement",
            "afrekening",
            (
                "De beoordeling aan het einde van een contract: is de verplichting voldaan, en zo"
                " niet, wat volgt er?"
            ),
            "settlement",
            (
                "The assessment at the end of a contract: was the obligation fulfilled and, if not,"
                " what follows?"
            ),
        ),
        (
            "evidence",
            "bewijsstuk",
            (
                "Wat laat zien dat een invulling klopt, zoals een betaalde factuur of een foto van"
                " een activiteit. Stukken over een persoon bekijkt de adviseur, maar die blijven"
                " niet in het register."
            ),
            "evidence",
            (
                "What shows that a fulfilment is right, such as a paid invoice or a photo of an"
                " activity. The adviser looks at papers about a person, but the register does not"
                " keep them."
            ),
        ),
        (
            "building_block",
            "bouwblok",
            (
                "Een regel uit de bouwblokkentabel: wat u kunt doen en hoeveel dat waard is,"
                " bijvoorbeeld een bedrag voor een voltijds jaar."
            ),
            "building block",
            (
                "A line of the valuation table: what you can do and what it is worth, such as an"
                " amount for a full-time year."
            ),
        ),
        (
            "valuation_table",
            "bouwblokkentabel",
            (
                "De lijst van bouwblokken die de regio bekendmaakt. Een contract houdt de tabel die"
                " gold bij de gunning."
            ),
            "valuation table",
            (
                "The list of building blocks that the region publishes. A contract keeps the table"
                " that was in force when it was awarded."
            ),
        ),
        (
            "planned_tender",
            "geplande aanbesteding",
            (
                "Wat een opdrachtgever gaat aanbesteden: waarover, voor welk bedrag en in welke"
                " maand. Het advies over social return hoort erbij."
            ),
            "planned tender",
            (
                "What a client means to put out to tender: about what, for which amount and in"
                " which month. The advice about social return belongs to it."
            ),
        ),
        (
            "open",
            "nog in te vullen",
            "De verplichting min wat al is ingevuld.",
            "still to be fulfilled",
            "The obligation less what was fulfilled.",
        ),
        (
            "risk",
            "dreigt tekort",
            (
                "Minder dan een kwart van de looptijd is over, en alles samen (ingevuld, gepland en"
                " in beoordeling) is minder dan de verplichting. De regio kan een ander deel van de"
                " looptijd kiezen."
            ),
            "at risk",
            (
                "Less than a quarter of the term is left, and everything together (fulfilled,"
                " planned and in review) is less than the obligation. The region can choose another"
                " part of the term."
            ),
        ),
        (
            "target_group",
            "doelgroep",
            (
                "De groep mensen voor wie een bouwblok is, bijvoorbeeld mensen met een"
                " bijstandsuitkering of leerlingen."
            ),
            "target group",
            (
                "The group of people that a building block is for, such as people on social"
                " assistance, or apprentices."
            ),
        ),
        (
            "planned",
            "gepland",
            (
                "Goedgekeurd, maar de maanden moeten nog komen. Het telt mee zodra de maand er is"
                " en u zegt dat het nog loopt."
            ),
            "planned",
            (
                "Accepted, but the months are still to come. It counts once the month is there and"
                " you say that it still runs."
            ),
        ),
        (
            "pending",
            "in beoordeling",
            "Ingediend; de adviseur kijkt ernaar. Het telt nog niet mee.",
            "in review",
            "Submitted; the adviser looks at it. It does not count yet.",
        ),
        (
            "realised",
            "ingevuld",
            "Wat is goedgekeurd en ook echt is gebeurd. Alleen dit telt mee.",
            "fulfilled",
            "What was accepted and has really happened. Only this counts.",
        ),
        (
            "fulfilment",
            "invulling",
            (
                "Alles waarmee u aan de verplichting voldoet: een plaatsing, sociale inkoop of een"
                " maatschappelijke activiteit."
            ),
            "fulfilment",
            (
                "Anything by which you meet the obligation: a work placement, a social purchase or"
                " a CSR activity."
            ),
        ),
        (
            "behind",
            "loopt achter",
            (
                "Na de aanloop is minder dan driekwart ingevuld van wat er volgens schema zou"
                " moeten zijn. De regio kan een ander deel kiezen."
            ),
            "behind",
            (
                "After the first months, less than three quarters was fulfilled of what the"
                " schedule says. The region can choose another part."
            ),
        ),
        (
            "csr",
            "maatschappelijke activiteit",
            (
                "Uren, kennis, spullen of geld voor een sociaal doel, zoals een gastles of een dag"
                " klussen in de buurt."
            ),
            "CSR activity",
            (
                "Hours, knowledge, goods or money for a social goal, such as a guest lesson or a"
                " day of chores nearby."
            ),
        ),
        (
            "amendment",
            "meerwerk en minderwerk",
            "Het contract wordt groter of kleiner. De verplichting gaat mee omhoog of omlaag.",
            "amendment",
            "The contract becomes larger or smaller. The obligation rises or falls with it.",
        ),
        (
            "framework",
            "raamovereenkomst",
            (
                "Een afspraak waaronder opdrachten volgen. De raamovereenkomst zelf heeft geen"
                " verplichting; de nadere overeenkomsten wel."
            ),
            "framework",
            (
                "An agreement under which orders follow. The framework itself owes nothing; its"
                " call-offs do."
            ),
        ),
        (
            "not_started",
            "nog niet begonnen",
            "Het contract is nog niet gegund. De verplichting geldt vanaf de gunning.",
            "not started yet",
            "The contract was not awarded yet. The obligation holds from the award on.",
        ),
        (
            "on_track",
            "op schema",
            (
                "Er is genoeg ingevuld voor dit moment in de looptijd, of wat ontbreekt telt nog"
                " niet als achterstand."
            ),
            "on track",
            (
                "Enough was fulfilled for this moment in the term, or what is short does not count"
                " as behind yet."
            ),
        ),
        (
            "contractor",
            "opdrachtnemer",
            "Het bedrijf dat de opdracht uitvoert en aan de verplichting voldoet.",
            "contractor",
            "The firm that carries out the contract and meets the obligation.",
        ),
        (
            "reference_date",
            "peildatum",
            (
                "De dag waarop doelgroep en leeftijd vaststaan: meestal de eerste dag van de"
                " plaatsing."
            ),
            "reference date",
            (
                "The day on which target group and age are fixed: usually the first day of the"
                " placement."
            ),
        ),
        (
            "placement",
            "plaatsing",
            (
                "Eén persoon die voor de verplichting aan het werk is: een baan, een leerbaan, een"
                " stage of een proefplaatsing."
            ),
            "work placement",
            (
                "One person at work for the obligation: a job, an apprenticeship, an internship or"
                " a trial."
            ),
        ),
        (
            "client",
            "opdrachtgever",
            (
                "Wie een opdracht gunt en er social return bij vraagt: een gemeente, of"
                " bijvoorbeeld een provincie, een waterschap, een woningcorporatie, een school of"
                " een ziekenhuis."
            ),
            "client",
            (
                "Who awards a contract and asks social return with it: a municipality, or for"
                " instance a province, a water board, a housing association, a school or a"
                " hospital."
            ),
        ),
        (
            "council_notice",
            "raadsmededeling",
            (
                "De brief waarin de regio eens per jaar aan elke gemeenteraad vertelt wat er is"
                " bereikt. In het register heet dit het jaarverslag."
            ),
            "council notice",
            (
                "The letter in which the region tells every council once a year what was achieved."
                " In the register it is called the annual report."
            ),
        ),
        (
            "social_purchase",
            "sociale inkoop",
            "Een betaalde factuur van een sociale firma. Het bedrag zonder btw telt mee.",
            "social purchase",
            "A paid invoice of a social firm. The amount without VAT counts.",
        ),
        (
            "social_firm",
            "sociale firma",
            (
                "Een bedrijf dat werk biedt aan mensen die moeilijk aan werk komen, zoals een"
                " SW-bedrijf of een erkende sociale onderneming."
            ),
            "social firm",
            (
                "A firm that gives work to people who find it hard to get, such as a sheltered-work"
                " company or a recognised social enterprise."
            ),
        ),
        (
            "percentage",
            "SROI-percentage",
            (
                "Het deel van de opdrachtsom dat de verplichting is. De richtlijn is 5%; lager kan"
                " met een reden."
            ),
            "rate",
            (
                "The part of the contract value that is the obligation. The guideline is 5%; lower"
                " needs a reason."
            ),
        ),
        (
            "overdue",
            "te laat",
            "De looptijd is voorbij en de verplichting is nog niet voldaan.",
            "overdue",
            "The term is over and the obligation was not fulfilled.",
        ),
        (
            "interim_report",
            "tussenrapportage",
            (
                "Meestal eens per half jaar: u zegt per plaatsing of die nog loopt, en stuurt wat"
                " nieuw is."
            ),
            "interim report",
            (
                "Usually every half year: you say of each placement whether it still runs, and send"
                " what is new."
            ),
        ),
        (
            "obligation",
            "verplichting",
            (
                "Het bedrag dat moet worden ingevuld: de opdrachtsom × het percentage. Het is geen"
                " geld dat u betaalt, maar waarde die u levert."
            ),
            "obligation",
            (
                "The amount to be fulfilled: the contract value × the rate. It is not money that"
                " you pay, but value that you deliver."
            ),
        ),
        (
            "fulfilled",
            "voldaan",
            "Er is evenveel of meer ingevuld dan de verplichting.",
            "obligation fulfilled",
            "As much as the obligation was fulfilled, or more.",
        ),
        (
            "schedule",
            "volgens schema",
            "Wat er vandaag ingevuld zou zijn als het gelijkmatig over de looptijd gaat.",
            "on schedule",
            "What would be fulfilled by now if it went evenly over the term.",
        ),
        (
            "value",
            "waarde",
            (
                "Het bedrag waarvoor een invulling meetelt, volgens de bouwblokkentabel. Dit is"
                " niet wat het u kostte."
            ),
            "value",
            (
                "The amount that a fulfilment counts for, after the valuation table. It is not what"
                " it cost you."
            ),
        ),
        (
            "workplace",
            "werkplek",
            "Eén plaatsing die in het jaar meetelde. Dit aantal staat in het jaarverslag.",
            "workplace",
            "One placement that counted in the year. This number stands in the annual report.",
        ),
    )
)
