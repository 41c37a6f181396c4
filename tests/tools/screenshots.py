"""Pictures of the main pages, wide and on a phone, to look at: `make screenshots` puts them in
var/screenshots/.

With `--pictures` it makes the few that the README shows, in docs/pictures/: small, of what one sees
at first.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from demo_site import ANONYMOUS, ROOT, address, arguments, demo_site, interesting

WIDTHS = (1280, 360)
# File name, role, URL name, what to ask.
MAIN = (
    ("01-aanmelden", ANONYMOUS, "login", ""),
    ("02-werkvoorraad", "adviser", "start", ""),
    ("03-contracten", "adviser", "contract-list", ""),
    ("04-contract", "adviser", "contract-detail", ""),
    ("05-invullingen", "adviser", "fulfilment-list", ""),
    ("06-invulling", "adviser", "fulfilment-detail", ""),
    ("07-regio", "adviser", "region-detail", ""),
    ("08-jaarverslag", "adviser", "report-detail", ""),
    ("09-mijn-verplichtingen", "contractor", "start", ""),
    ("10-inkoper", "procurement_officer", "start", ""),
    ("11-zoeken", "adviser", "search", "?q=groen"),
    ("12-hulp", ANONYMOUS, "help", ""),
)
MORE = (
    ("20-contract-opdrachtnemer", "contractor", "contract-detail", ""),
    ("21-contract-inkoper", "procurement_officer", "contract-list", ""),
    ("22-opdrachtnemers", "adviser", "contractor-list", ""),
    ("23-opdrachtnemer", "adviser", "contractor-detail", ""),
    ("24-bouwblokken", "adviser", "table-list", ""),
    ("25-bouwblokkentabel", "adviser", "table-detail", ""),
    ("26-jaarverslagen", "reader", "report-list", ""),
    ("27-gemeente", "procurement_officer", "report-municipality", ""),
    ("28-toegankelijkheid", ANONYMOUS, "accessibility", ""),
    ("29-begrippen", ANONYMOUS, "help-terms", ""),
    ("30-hulp-opdrachtnemer", ANONYMOUS, "help-contractor", ""),
    ("31-hulp-waarde", ANONYMOUS, "help-values", ""),
    ("32-invullingen-opdrachtnemer", "contractor", "fulfilment-list", ""),
    ("33-start-beheerder", "region_admin", "start", ""),
    ("34-lege-lijst", "adviser", "contract-list", "?q=nergens"),
    ("35-niet-gevonden", "adviser", "contract-list", "999999/"),
)
# File name in docs/pictures, as above.
PICTURES = (
    ("contract", "adviser", "contract-detail", ""),
    ("council-notice", "adviser", "report-detail", "#kernboodschap"),
)
PICTURE_WIDTH, PICTURE_HEIGHT, COLOURS = 1100, 760, 64


def main() -> None:
    options = arguments(
        __doc__,
        output={"type": Path, "default": ROOT / "var" / "screenshots"},
        all={"action": "store_true", "help": "more than the twelve main pages"},
        only={"default": "", "help": "pages whose file name has this text"},
        language={"default": "nl"},
        pictures={"action": "store_true", "help": "those of the README, into docs/pictures"},
    )
    if options.pictures:
        with demo_site(options.folder) as site:
            for name, role, page, asked in PICTURES:
                picture(site, role, str(address(page, interesting().get(page))) + asked, name)
        return
    options.output.mkdir(parents=True, exist_ok=True)
    with demo_site(options.folder) as site:
        known = interesting()
        for name, role, page, asked in MAIN + (MORE if options.all or options.only else ()):
            path = address(page, known.get(page))
            if path is None or options.only not in name:
                continue
            for width in WIDTHS:
                context = site.context(role, width)
                context.add_cookies(
                    [{"name": "django_language", "value": options.language, "url": site.url}]
                )
                window = context.new_page()
                window.goto(site.url + path + asked)
                window.evaluate("document.fonts.ready")
                window.screenshot(path=options.output / f"{name}-{width}.png", full_page=True)
                context.close()
            print(options.output / name)


def picture(site: Any, role: str, path: str, name: str) -> None:
    """What one sees of a page at first, in few colours."""
    from PIL import Image

    context = site.context(role, PICTURE_WIDTH)
    context.add_cookies([{"name": "django_language", "value": "nl", "url": site.url}])
    window = context.new_page()
    window.set_viewport_size({"width": PICTURE_WIDTH, "height": PICTURE_HEIGHT})
    window.goto(site.url + path, wait_until="networkidle")
    window.evaluate("document.fonts.ready")
    inside = window.evaluate("document.documentElement.clientWidth")
    clip = {"x": 0, "y": 0, "width": inside, "height": PICTURE_HEIGHT}
    whole = Image.open(BytesIO(window.screenshot(clip=clip))).convert("RGB")
    file = ROOT / "docs" / "pictures" / f"{name}.png"
    file.parent.mkdir(exist_ok=True)
    whole.quantize(COLOURS).save(file, optimize=True)
    context.close()
    print(file)


if __name__ == "__main__":
    main()
