import os
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from apivideo_geo.errors import UsageError
from apivideo_geo.model import PER_MILLION_FROM, Note
from apivideo_geo.render.map.palettes import DEFAULT, PALETTES
from apivideo_geo.render.map.scale import MAX_CLASSES, METHODS, MIN_CLASSES
from apivideo_geo.render.theme.theme import Theme
from apivideo_geo.settings import DEFAULT_FILE, ENVIRONMENT_ONLY, ClassMethod, PaletteName, Settings, load_settings
from tests.product import Product

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def empty_place(tmp_path, monkeypatch):
    """An empty folder and an environment without settings of this project."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("APIVIDEO_", "GITHUB_", "SOURCE_DATE_EPOCH")):
            monkeypatch.delenv(name)


def write(text, name=DEFAULT_FILE):
    Path(name).write_text(text, encoding="utf-8")


def test_flags_win_over_the_environment_over_the_file_over_defaults(monkeypatch):
    assert load_settings({}).title == ""
    write('title = "file"\nlocale = "fr"\ndetail = "media"\nsince = 2026-01-01\n')
    monkeypatch.setenv("APIVIDEO_GEO_DETAIL", "full")
    monkeypatch.setenv("APIVIDEO_GEO_SINCE", "2026-02-01")
    settings = load_settings({"since": "2026-03-01", "detail": None})
    assert (settings.title, settings.locale, settings.detail, settings.since) == (
        "file",
        "fr",
        "full",
        date(2026, 3, 1),
    )


def test_an_empty_variable_is_as_good_as_none(monkeypatch):
    monkeypatch.setenv("APIVIDEO_GEO_SINCE", "")
    monkeypatch.setenv("APIVIDEO_API_KEY", "")
    write("since = 2026-01-01")
    assert load_settings({}).since == date(2026, 1, 1)
    assert load_settings({}).key == ""


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"since": "yesterday"}, "--since: a day is written YYYY-MM-DD (it is 'yesterday')."),
        ({"since": "2026-02-30"}, "--since: there is no such day (it is '2026-02-30')."),
        ({"until": "1700000000"}, "--until: a day is written YYYY-MM-DD (it is '1700000000')."),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "since (2026-02-02) is after until (2026-02-01); swap them."),
        ({"detail": "city"}, "--detail: choose country, media or full (it is 'city')."),
        ({"sessions": ("a.csv",), "source": "data"}, "Session files go with source files, not with source data"),
        ({"source": "files"}, "source files needs at least one --sessions PATH."),
        ({"palette": "rainbow"}, "--palette: choose blue, green, teal, purple, orange or grey (it is 'rainbow')."),
        ({"metric": "viewer"}, "--metric: 'viewer' cannot be the only or the first metric; begin with one of play"),
        ({"metric": "plays"}, "--metric: 'plays' cannot be chosen; did you mean play? Choose from play, view,"),
        (
            {"history": "a/b", "out": "a"},
            "The folder of the history (a/b) must not be inside the folder of the site (a)",
        ),
        ({"classes": 2}, "--classes: it must be at least 3 (it is 2)."),
        ({"classes": 10}, "--classes: it must be at most 9 (it is 10)."),
        ({"class_method": "custom"}, "class_method custom needs breaks"),
        ({"breaks": "10; 100"}, "breaks go with class_method custom, not with quantile; drop one of the two."),
        ({"class_method": "custom", "breaks": "10; 5"}, "--breaks: each number must be greater than the one before"),
        ({"class_method": "custom", "breaks": "0; 5"}, "--breaks: it must be more than 0 (it is '0')."),
        ({"class_method": "custom", "breaks": "5; inf"}, "--breaks: write a finite number (it is 'inf')."),
        ({"class_method": "custom", "breaks": "many"}, "--breaks: write a number (it is 'many')."),
        (
            {"class_method": "custom", "breaks": list(range(1, 10))},
            "--breaks: it has more than 8 entries; remove some.",
        ),
        ({"leave_out": "2026-10-05; tomorrow"}, "--leave-out: a day is written YYYY-MM-DD (it is 'tomorrow')."),
        ({"leave_out": [20261005]}, "--leave-out: a day is written YYYY-MM-DD"),
        ({"per_million_from": 0}, "--per-million-from: it must be at least 1 (it is 0)."),
        ({"accent": "blue"}, "--accent: a colour is written #rrggbb, like #1f5fa8 (it is 'blue')."),
        ({"links": {"Acme": "http://example.org"}}, "--links: the link 'Acme' must begin with https:// or mailto:"),
        ({"links": "Acme; Blog=https://example.org/"}, "--links: the link 'Acme' must begin with https:// or mailto:"),
        ({"links": {"Acme": "javascript:alert(1)"}}, "--links: the link 'Acme' must begin with https:// or mailto:"),
        ({"locale": "klingon"}, "--locale: it is not a CLDR locale such as en, fr or pt_BR (it is 'klingon')."),
        ({"title": "a\0b"}, "--title: there is a control character in it; remove it (it is 'a\\x00b')."),
        (
            {"links": {"Acme": "https://bob:pw@example.org"}},
            "--links: the link 'Acme' contains a user name or a password; remove it.",
        ),
        (
            {"site_url": "https://bob:pw@example.org/"},
            "--site-url: it contains a user name or a password; remove it.",
        ),
        (
            {"site_url": "bob:pw@example.org"},
            "--site-url: write the address of the site like https://user.github.io/repository/.",
        ),
        ({"links": {"Acme": "https://["}}, "--links: the link 'Acme' must begin with https:// or mailto:"),
        ({"groups": {"DACH": ["Germny"]}}, "--groups: the group 'DACH' has 'Germny', which is not a country"),
        ({"groups": {"Eu": ["FRA"]}}, "--groups: the group 'Eu' would have the same address as 'European Union'"),
        ({"groups": {"A\x1b": ["FRA"]}}, "--groups: there is a control character in it; remove it"),
        ({"groups": "DACH"}, "--groups: the group 'DACH' has no country; name at least one"),
        ({"groups": {"A": ["FRA"], " A": ["DEU"]}}, "--groups: two groups have the same name; drop one"),
        ({"groups": {"B": "DEU"}}, """--groups: group 'B' needs a list such as ["DEU", "AUT"]"""),
        ({"groups": {"\u200b": ["FRA"]}}, "--groups: the name of a group needs a visible character"),
        ({"collections": ["course", "\u200b"]}, "--collections: a tag needs a visible character"),
        ({"links": {"²": 1}}, "--links: write a text in straight quotes (it is 1)."),
        ({"time_zone": "localtime"}, "--time-zone: it is not the IANA name of a time zone"),
        ({"time_zone": "Factory"}, "--time-zone: it is not the IANA name of a time zone"),
        ({"time_zone": "right/Europe/Paris"}, "--time-zone: it is not the IANA name of a time zone"),
        ({"time_zone": "/etc/passwd"}, "--time-zone: it is not the IANA name of a time zone"),
        ({"links": {"A\x1b": "https://example.org"}}, "--links: there is a control character in it; remove it"),
        ({"site_url": "https://["}, "--site-url: write the address of the site like https://user.github.io/"),
        ({"site_url": "https://a:99999999/"}, "--site-url: write the address of the site like https://user.github.io/"),
        ({"base_url": "https://["}, "must start with https://"),
        ({"classes": "9" * 5000}, "--classes: "),
        ({"base_url": "ws.api.video"}, "must start with https://"),
    ],
)
def test_a_wrong_flag_is_one_sentence(flags, said):
    with pytest.raises(UsageError) as error:
        load_settings(flags)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not re.search(r"input should|valid tuple|[({]'|datetime", str(error.value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("detial = 'full'", "apivideo-geo.toml, line 1: unknown setting 'detial'"),
        ("api_key = 'secret-value'", "line 1: an API key belongs only in the environment; set APIVIDEO_API_KEY there."),
        (
            'APIVIDEO_API_KEY = "secret-value"',
            "an API key belongs only in the environment; set APIVIDEO_API_KEY there.",
        ),
        ('titel = "x"', "unknown setting 'titel'; did you mean title? All settings are in docs/settings.md."),
        ("leave_out = 2026-11-05", "line 1: leave_out: write it in brackets: [2026-11-05]."),
        ("collections = { a = 1 }", "line 1: collections: write a list in brackets."),
        ("links = 5", 'line 1: links: write a table, such as { name = "…" } (it is 5).'),
        ("min_count = true", "line 1: min_count: write a number (it is true)."),
        ("breaks = [true]", "line 1: breaks: write a number."),
        ("title: Acme", '(at line 1, column 6); a setting is a line like title = "Acme".'),
        (
            "title\u00a0= 'Acme'",
            "a space in the file that is not an ordinary one (no-break or invisible): replace it.",
        ),
        ("title = true", "line 1: title: write a text in straight quotes (it is true)."),
        ("sandbox = 'maybe'", "line 1: sandbox: write true or false (it is 'maybe')."),
        (f"title = '{'long ' * 30}'", "line 1: title: it has more than 120 characters; shorten it."),
        ('notes = "hello"', "line 1: notes: a note has a day and a text: write [[notes]], and below it"),
        ("since = 2026-05-05T10:00:00", "line 1: since: a day is written YYYY-MM-DD, without a time"),
        ("timeout = 601", "line 1: timeout: it must be at most 600 (it is 601)."),
        ("title = Acme", '(at line 1, column 9); put text in straight quotes, like title = "Acme".'),
        ("title = “Acme”", '(at line 1, column 9); put text in straight quotes, like title = "Acme".'),
        ('sessions_drop = ["cty"]', "'cty' is not a column of sessions.csv; did you mean city?"),
        ('[groups]\nA = ["Austira"]', "the group 'A' has 'Austira', which is not a country; did you mean Austria?"),
        ('metrics = ["viewer"]', "'viewer' cannot be the only or the first metric; begin with one of play, view"),
        ("detail = ", "apivideo-geo.toml is not valid TOML"),
        (
            '[groups]\nA = ["FRA"]\n\n[groups]\nB = ["DEU"]',
            "line 4: the section [groups] is there for the second time;",
        ),
        ("title = 'a'\ntitle = 'b'", "line 2: this setting is there for the second time; have all of it in one place"),
        ("detail = 'all'", "apivideo-geo.toml, line 1: detail: choose country, media or full (it is 'all')."),
        ("# mine\n\nworkers = 'many'", "apivideo-geo.toml, line 3: workers: write a whole number (it is 'many')."),
        ('[groups]\nDACH = ["DEU", 5]', "apivideo-geo.toml, line 1: groups: "),
        ('[groups]\n\nDACH = ["Bavaria"]', "apivideo-geo.toml, line 1: groups: the group 'DACH' has 'Bavaria'"),
        ('[links]\n"Acme" = "ftp://a"', "apivideo-geo.toml, line 1: links: the link 'Acme' must begin with"),
        (
            'locale = "en"\n"title" = "a\\u0000b"',
            "apivideo-geo.toml, line 2: title: there is a control character in it",
        ),
        (
            '[[notes]]\nday = 2026-09-21\ntext = "A"\n\n[[notes]]\nday = 2026-09-22',
            "line 5: notes: a note has a day and",
        ),
        ('[[notes]]\nday = "21.9."\ntext = "A"', "line 1: notes: a day is written YYYY-MM-DD"),
        ('[[notes]]\nday = 2026-09-21T10:00:00\ntext = "A"', "the day of a note is written YYYY-MM-DD, without a time"),
        ('[[notes]]\nday = 1026-09-21\ntext = "A"', "the day of a note must be between 2000-01-01 and 2100-01-01"),
        ('[[notes]]\nday = 2026-09-21\ntext = " "', "notes: a note has a day and a text"),
        (f'[[notes]]\nday = 2026-09-21\ntext = "{"x " * 101}"', "has at most 200 characters; shorten it"),
        ('[[notes]]\nday = 2026-09-21\ntext = "A"\ntitle = "B"', "move 'title' above the first [[notes]]"),
        ('collections = ["a", ""]', "line 1: collections: a tag has 1 to 60 characters"),
        ("classes = 5\nworkers = " + "1" * 5000, "apivideo-geo.toml, line 2: a number has too many digits"),
        ("links = " + "[" * 50_000, "apivideo-geo.toml: its values are nested too deeply"),
        ("# " + "x" * 1_000_001, "Cannot read the settings file apivideo-geo.toml: it has 1,000,003 bytes"),
    ],
)
def test_a_wrong_settings_file_is_one_sentence(text, said):
    write(text)
    with pytest.raises(UsageError) as error:
        load_settings({})
    assert said in str(error.value)
    assert "secret-value" not in str(error.value)
    assert not re.search(r"input should|valid tuple|[({]'|datetime", str(error.value))


def test_line_ends_in_a_text_become_one_space():
    write('footer = """\nOne\r\ntwo\n"""')
    assert load_settings({}).footer == "One two"


KEY = "SIMElYaTXCBFNjdxNAGXcn5HHCUBzSlTGQh0Z2vhJ4N3"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", sorted(set(Settings.model_fields) - ENVIRONMENT_ONLY - {"title", "notice", "footer", "history", "exports"})
)
@pytest.mark.parametrize("value", [KEY, f"a {KEY} b", "ghp_0123456789abcdef0123456789abcdef0123"])
def test_a_key_in_a_wrong_setting_is_not_repeated(name, value):
    for text in (
        f'{name} = "{value}"',
        f'{name} = ["{value}"]',
        f'{name} = {{ "{value}" = "{value}" }}',
        f'"{value}" = 1',
    ):
        write(text)
        with suppress(UsageError):  # some settings accept any text
            load_settings({})
            continue
        with pytest.raises(UsageError) as error:
            load_settings({})
        assert value[4:20] not in str(error.value)


def test_a_key_on_the_command_line_or_in_a_path_is_not_repeated(tmp_path):
    product = Product(tmp_path)
    for arguments in (["--detail", KEY], ["--engine", KEY], [KEY], ["--" + KEY], ["--locale", KEY], ["--config", KEY]):
        assert KEY[:12] not in product.run("build", *arguments, code=2).stderr
    short = "secret-of-mine"
    done = product.run("build", "--metric", short, code=2, APIVIDEO_API_KEY=short)
    assert "***" in done.stderr
    assert short not in done.stderr


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (
            'locale = "fr"\ntitle = "Our SHORTkey12345"',
            "SHORTkey12345",
            "apivideo-geo.toml, line 2: title: remove the key",
        ),
        ('notice = "SHORTkey12345"', "SHORTkey12345", "apivideo-geo.toml, line 1: notice: remove the key"),
        ('[links]\nAcme = "https://example.org/?key=SHORTkey12345"', "SHORTkey12345", "line 1: links: remove the key"),
        (f'title = "{KEY}"', "", "apivideo-geo.toml, line 1: title: remove the key"),
    ],
)
def test_a_key_in_a_text_for_the_pages_is_refused_by_the_name_of_the_setting(monkeypatch, text, key, said):
    monkeypatch.setenv("APIVIDEO_API_KEY", key)
    write(text)
    with pytest.raises(UsageError) as error:
        load_settings({})
    assert said in str(error.value)
    assert (key or KEY) not in str(error.value)


def test_a_key_in_a_variable_for_the_pages_names_the_variable(monkeypatch):
    monkeypatch.setenv("APIVIDEO_GEO_FOOTER", KEY)
    with pytest.raises(UsageError, match=r"^APIVIDEO_GEO_FOOTER: remove the key from it; an API key belongs only in"):
        load_settings({})


def test_an_empty_path_is_no_logo_and_no_templates_but_not_a_folder():
    write('logo = ""\ntemplates = ""')
    assert (load_settings({}).logo, load_settings({}).templates) == (None, None)
    write('history = ""')
    with pytest.raises(UsageError, match="line 1: history: it is empty; write the name of a folder"):
        load_settings({})
    write("")
    with pytest.raises(UsageError, match=r"^--out: it is empty; write the name of a folder"):
        load_settings({"out": " "})


def test_a_settings_file_that_is_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "apivideo-geo.toml")
    with pytest.raises(UsageError, match="it is a pipe, not a file"):
        load_settings({})


def test_a_settings_file_that_is_named_must_be_readable(tmp_path):
    with pytest.raises(UsageError, match=r"There is no settings file nowhere\.toml; check the path after --config"):
        load_settings({}, Path("nowhere.toml"))
    (tmp_path / "latin.toml").write_bytes(b'title = "caf\xe9"')
    with pytest.raises(UsageError, match="it is not UTF-8 text; save it as UTF-8"):
        load_settings({}, tmp_path / "latin.toml")


def test_every_setting_stands_in_the_settings_file():
    text = (ROOT / "apivideo-geo.toml").read_text(encoding="utf-8")
    assert {name for name in set(Settings.model_fields) - ENVIRONMENT_ONLY if f"{name} = " not in text} == set()


def test_an_unknown_variable_of_this_project_is_rejected(monkeypatch):
    for wrong, right in (("GEO_DETIAL", "GEO_DETAIL"), ("GEO_API_KEY", "API_KEY")):
        monkeypatch.setenv(f"APIVIDEO_{wrong}", "secret-value")
        with pytest.raises(UsageError) as error:
            load_settings({})
        assert str(error.value) == (
            f"Unknown setting APIVIDEO_{wrong} in the environment; did you mean APIVIDEO_{right}? "
            "All settings are in docs/settings.md."
        )
        monkeypatch.delenv(f"APIVIDEO_{wrong}")


def test_several_session_files_fit_in_one_variable(monkeypatch):
    monkeypatch.setenv("APIVIDEO_GEO_SESSIONS", "a.csv; b/*.csv")
    assert load_settings({}).sessions == ("a.csv", "b/*.csv")


def test_groups_come_as_a_table_from_the_file_and_as_pairs_from_the_environment(monkeypatch):
    write('[groups]\nDACH = ["DEU", "Austria", "CH"]\n"Nordics" = ["DK", "NO", "SE"]')
    groups = {"DACH": ("DEU", "Austria", "CH"), "Nordics": ("DK", "NO", "SE")}
    assert load_settings({}).groups == groups
    write("")
    monkeypatch.setenv("APIVIDEO_GEO_GROUPS", "DACH=DEU, Austria,CH; Nordics = DK,NO , SE")
    assert load_settings({}).groups == groups


def test_a_setting_with_an_odd_name_in_the_file_is_one_sentence(monkeypatch):
    write('links = { "²" = 1 }')
    with pytest.raises(UsageError, match="line 1: links: write a text in straight quotes"):
        load_settings({})


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires"])
def test_time_zones_have_their_iana_names(zone):
    assert load_settings({"time_zone": zone}).time_zone == zone


def test_links_come_as_a_table_from_the_file_and_as_pairs_from_the_environment(monkeypatch):
    write('links = { "Acme" = "https://example.org/?a=b", "Write" = "mailto:a@example.org" }')
    links = {"Acme": "https://example.org/?a=b", "Write": "mailto:a@example.org"}
    assert load_settings({}).links == links
    monkeypatch.setenv("APIVIDEO_GEO_LINKS", "Acme=https://example.org/?a=b; Write = mailto:a@example.org")
    write("")
    assert load_settings({}).links == links


def test_notes_and_tags_come_from_the_file_or_the_environment_and_are_clean(monkeypatch):
    write('collections = [" a ", "b", "a"]\n[[notes]]\nday = 2026-09-21\ntext = "Two\\nlines"\n')
    settings = load_settings({})
    assert (settings.notes, settings.collections) == ((Note(date(2026, 9, 21), "Two lines"),), ("a", "b"))
    monkeypatch.setenv("APIVIDEO_GEO_NOTES", "2026-09-21=Two = 2; 2026-09-22 = B")
    monkeypatch.setenv("APIVIDEO_GEO_COLLECTIONS", "a; b")
    settings = load_settings({})
    assert settings.notes == (Note(date(2026, 9, 21), "Two = 2"), Note(date(2026, 9, 22), "B"))
    assert settings.collections == ("a", "b")


def test_breaks_are_numbers_from_file_and_environment(monkeypatch):
    write('class_method = "custom"\nbreaks = [10, 100.5]\n')
    assert load_settings({}).breaks == (10, 100.5)
    monkeypatch.setenv("APIVIDEO_GEO_BREAKS", "0.3; 5")
    assert load_settings({}).breaks == (0.3, 5)


def test_palettes_and_class_methods_are_those_that_can_be_drawn():
    assert get_args(PaletteName) == tuple(PALETTES)
    assert get_args(ClassMethod) == METHODS
    settings = load_settings({})
    assert (settings.palette, settings.class_method) == (DEFAULT, METHODS[0])
    theme = Theme("Acme")
    assert (theme.palette, theme.method, theme.classes) == (settings.palette, settings.class_method, settings.classes)
    assert (theme.breaks, PER_MILLION_FROM) == (settings.breaks, settings.per_million_from)
    assert (settings.classes >= MIN_CLASSES, settings.classes <= MAX_CLASSES) == (True, True)


def test_the_key_is_not_shown(monkeypatch):
    monkeypatch.setenv("APIVIDEO_API_KEY", " the-key-itself\n")
    settings = load_settings({})
    assert settings.key == "the-key-itself"
    assert "the-key-itself" not in repr(settings)


def test_the_server_is_production_the_sandbox_or_the_one_that_is_set(monkeypatch):
    assert load_settings({}).server == "https://ws.api.video"
    assert load_settings({"sandbox": True}).server == "https://sandbox.api.video"
    monkeypatch.setenv("APIVIDEO_BASE_URL", "http://127.0.0.1:8080/")
    assert load_settings({"sandbox": True}).server == "http://127.0.0.1:8080"


def test_a_server_that_is_not_the_one_of_sandbox_or_production_that_was_chosen_is_refused(monkeypatch):
    monkeypatch.setenv("APIVIDEO_BASE_URL", "https://sandbox.api.video/")
    assert load_settings({"sandbox": True}).server == "https://sandbox.api.video"
    with pytest.raises(UsageError, match="is the sandbox: use --sandbox instead"):
        load_settings({})
    monkeypatch.setenv("APIVIDEO_BASE_URL", "https://ws.api.video")
    with pytest.raises(UsageError, match="does not go with the APIVIDEO_BASE_URL of production"):
        load_settings({"sandbox": True})


def test_demo_data_has_a_history_of_its_own():
    assert load_settings({"source": "demo", "history": "kept/history"}).history_folder == Path("kept/history-demo")


def test_the_committed_settings_file_names_every_setting_and_changes_nothing():
    text = (ROOT / DEFAULT_FILE).read_text(encoding="utf-8")
    write(text)
    assert load_settings({}) == load_settings({}, Path("/dev/null"))
    write("\n".join(line.removeprefix("# ") for line in text.splitlines() if re.match(r"# [a-z_]+ = ", line)))
    loaded = load_settings({})
    hidden = ENVIRONMENT_ONLY
    examples = {"metric", "sessions", "count_sessions_as", "since", "until", "logo", "templates"}
    assert loaded.model_fields_set >= set(Settings.model_fields) - hidden - examples
