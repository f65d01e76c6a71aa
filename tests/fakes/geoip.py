"""Countries as the stand-in answers them: codes as GeoNames has them, names as GeoIP databases spell them.

Invented audience, real spellings: ISO 3166-1 alpha-2 (Kosovo is ``XK``), the English
names found in GeoIP databases (several where databases differ), GeoNames continents.
The order is the invented popularity, most viewers first.
"""

from __future__ import annotations

from collections.abc import Mapping

_TABLE = """
US NA United States | United States of America
FR EU France
IN AS India
GB EU United Kingdom
DE EU Germany
BR SA Brazil
JP AS Japan
CA NA Canada
ES EU Spain
MX NA Mexico
IT EU Italy
NL EU Netherlands | The Netherlands
RU EU Russia | Russian Federation
KR AS South Korea | Republic of Korea | Korea, Republic of
TR AS Türkiye | Turkey
PL EU Poland
AU OC Australia
ID AS Indonesia
BE EU Belgium
CH EU Switzerland
SE EU Sweden
NG AF Nigeria
CZ EU Czechia | Czech Republic
AR SA Argentina
MA AF Morocco
CI AF Côte d'Ivoire | Ivory Coast | Côte d’Ivoire
SN AF Senegal
PT EU Portugal
VN AS Vietnam | Viet Nam
NO EU Norway
DK EU Denmark
FI EU Finland
AT EU Austria
IE EU Ireland
UA EU Ukraine
CO SA Colombia
CL SA Chile
PE SA Peru
ZA AF South Africa
EG AF Egypt
DZ AF Algeria
TN AF Tunisia
CM AF Cameroon
CD AF DR Congo | Democratic Republic of the Congo | Congo (DRC)
CG AF Republic of the Congo | Congo Republic | Congo
GR EU Greece
RO EU Romania
HU EU Hungary
IL AS Israel
SA AS Saudi Arabia
AE AS United Arab Emirates
TH AS Thailand
MY AS Malaysia
SG AS Singapore
PH AS Philippines
TW AS Taiwan
HK AS Hong Kong
CN AS China
PK AS Pakistan
BD AS Bangladesh
LK AS Sri Lanka
NZ OC New Zealand
KE AF Kenya
GH AF Ghana
ET AF Ethiopia
TZ AF Tanzania | United Republic of Tanzania
UG AF Uganda
RW AF Rwanda
MG AF Madagascar
ML AF Mali
BF AF Burkina Faso
BJ AF Benin
TG AF Togo
NE AF Niger
GN AF Guinea
GA AF Gabon
RE AF Réunion | Reunion
GP NA Guadeloupe
MQ NA Martinique
GF SA French Guiana
NC OC New Caledonia
PF OC French Polynesia
BG EU Bulgaria
RS EU Serbia
HR EU Croatia
SK EU Slovakia
SI EU Slovenia
BA EU Bosnia and Herzegovina | Bosnia & Herzegovina
MK EU North Macedonia
AL EU Albania
XK EU Kosovo
ME EU Montenegro
MD EU Moldova | Republic of Moldova
LT EU Lithuania
LV EU Latvia
EE EU Estonia
BY EU Belarus
LU EU Luxembourg
MT EU Malta
CY EU Cyprus
IS EU Iceland
GE AS Georgia
AM AS Armenia
AZ AS Azerbaijan
KZ AS Kazakhstan
UZ AS Uzbekistan
IR AS Iran | Iran, Islamic Republic of
IQ AS Iraq
SY AS Syria | Syrian Arab Republic
LB AS Lebanon
JO AS Jordan
PS AS Palestine | Palestinian Territory
QA AS Qatar
KW AS Kuwait
NP AS Nepal
MM AS Myanmar | Myanmar (Burma)
KH AS Cambodia
LA AS Laos | Lao People's Democratic Republic
KP AS North Korea
MO AS Macao | Macau
BN AS Brunei
NA AF Namibia
BW AF Botswana
MU AF Mauritius
SZ AF Eswatini | Swaziland
CV AF Cabo Verde | Cape Verde
GQ AF Equatorial Guinea
GW AF Guinea-Bissau
ST AF São Tomé and Príncipe | Sao Tome and Principe
BO SA Bolivia
VE SA Venezuela
EC SA Ecuador
UY SA Uruguay
PY SA Paraguay
CR NA Costa Rica
PA NA Panama
DO NA Dominican Republic
DM NA Dominica
HT NA Haiti
JM NA Jamaica
TT NA Trinidad and Tobago | Trinidad & Tobago
KN NA St Kitts and Nevis | Saint Kitts and Nevis
MF NA Saint Martin
SX NA Sint Maarten
CW NA Curaçao | Curacao
VG NA British Virgin Islands
VI NA U.S. Virgin Islands
PG OC Papua New Guinea
FJ OC Fiji
FM OC Micronesia | Federated States of Micronesia
TV OC Tuvalu
VA EU Vatican City | Holy See
MC EU Monaco
AD EU Andorra
LI EU Liechtenstein
FO EU Faroe Islands
GI EU Gibraltar
GG EU Guernsey
AX EU Åland | Aland Islands
GL NA Greenland
FK SA Falkland Islands
IO AS British Indian Ocean Territory
"""

CITIES: Mapping[str, tuple[str, ...]] = {
    "US": ("New York", "Chicago", "San José"),
    "FR": ("Paris", "Lyon", "L'Haÿ-les-Roses"),
    "IN": ("Mumbai", "Bengaluru"),
    "GB": ("London", "Leeds"),
    "DE": ("Berlin", "Köln"),
    "BR": ("São Paulo", "Recife"),
    "JP": ("Tokyo", "大阪市"),
    "CA": ("Montréal", "Toronto"),
    "ES": ("Madrid", "A Coruña"),
    "NO": ("Oslo", "Bodø"),
    "TR": ("İstanbul",),
    "KR": ("Seoul",),
    "CI": ("Abidjan",),
    "RE": ("Saint-Denis",),
    "XK": ("Pristina",),
    "NA": ("Windhoek",),
    "SG": ("Singapore",),
    "MX": ('Ciudad de México; "D.F."',),
}
"""alpha-2 → some cities; the other countries answer no city."""


def _parse(table: str) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    names: dict[str, tuple[str, ...]] = {}
    continents: dict[str, str] = {}
    for line in table.split("\n"):
        if not line:
            continue
        code, continent, spellings = line.split(" ", 2)
        if code in names:
            raise ValueError(f"{code} stands twice in the table of countries")
        names[code] = tuple(name.strip() for name in spellings.split("|"))
        continents[code] = continent
    return names, continents


NAMES, CONTINENTS = _parse(_TABLE)
"""NAMES: alpha-2 → spellings, most popular country first; CONTINENTS: alpha-2 → GeoNames continent code."""
