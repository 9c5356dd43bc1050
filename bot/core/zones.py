"""A market's own time zone: the one in which most of its people live, where a country has several."""

from __future__ import annotations

from collections.abc import Mapping

UNKNOWN = "UTC"

#: Area -> ISO country:city. Written out, because the tz database lists a country's zones but not its main one.
_AREAS: Mapping[str, str] = {
    "Africa": (
        "AO:Luanda BF:Ouagadougou BJ:Porto-Novo CD:Kinshasa CI:Abidjan CM:Douala DZ:Algiers EG:Cairo ET:Addis_Ababa "
        "GH:Accra KE:Nairobi LY:Tripoli MA:Casablanca ML:Bamako MZ:Maputo NA:Windhoek NG:Lagos RW:Kigali SD:Khartoum "
        "SN:Dakar TG:Lome TN:Tunis TZ:Dar_es_Salaam UG:Kampala ZA:Johannesburg ZM:Lusaka ZW:Harare"
    ),
    "America": (
        "AR:Argentina/Buenos_Aires BB:Barbados BO:La_Paz BR:Sao_Paulo BS:Nassau BZ:Belize CA:Toronto CL:Santiago "
        "CO:Bogota CR:Costa_Rica CU:Havana DO:Santo_Domingo EC:Guayaquil GT:Guatemala GY:Guyana HN:Tegucigalpa "
        "HT:Port-au-Prince JM:Jamaica MX:Mexico_City NI:Managua PA:Panama PE:Lima PR:Puerto_Rico PY:Asuncion "
        "SR:Paramaribo SV:El_Salvador TT:Port_of_Spain US:New_York UY:Montevideo VE:Caracas"
    ),
    "Asia": (
        "AE:Dubai AF:Kabul AM:Yerevan AZ:Baku BD:Dhaka BH:Bahrain BN:Brunei BT:Thimphu CN:Shanghai CY:Nicosia "
        "GE:Tbilisi HK:Hong_Kong ID:Jakarta IL:Jerusalem IN:Kolkata IQ:Baghdad IR:Tehran JO:Amman JP:Tokyo "
        "KG:Bishkek KH:Phnom_Penh KR:Seoul KW:Kuwait KZ:Almaty LA:Vientiane LB:Beirut LK:Colombo MM:Yangon "
        "MN:Ulaanbaatar MO:Macau MY:Kuala_Lumpur NP:Kathmandu OM:Muscat PH:Manila PK:Karachi PS:Gaza QA:Qatar "
        "SA:Riyadh SG:Singapore SY:Damascus TH:Bangkok TJ:Dushanbe TM:Ashgabat TW:Taipei UZ:Tashkent "
        "VN:Ho_Chi_Minh YE:Aden"
    ),
    "Atlantic": "IS:Reykjavik CV:Cape_Verde",
    "Australia": "AU:Sydney",
    "Europe": (
        "AD:Andorra AL:Tirane AT:Vienna BA:Sarajevo BE:Brussels BG:Sofia BY:Minsk CH:Zurich CZ:Prague DE:Berlin "
        "DK:Copenhagen EE:Tallinn ES:Madrid FI:Helsinki FR:Paris GB:London GR:Athens HR:Zagreb HU:Budapest "
        "IE:Dublin IT:Rome LI:Vaduz LT:Vilnius LU:Luxembourg LV:Riga MC:Monaco MD:Chisinau ME:Podgorica MK:Skopje "
        "MT:Malta NL:Amsterdam NO:Oslo PL:Warsaw PT:Lisbon RO:Bucharest RS:Belgrade RU:Moscow SE:Stockholm "
        "SI:Ljubljana SK:Bratislava TR:Istanbul UA:Kyiv"
    ),
    "Indian": "MU:Mauritius MV:Maldives MG:Antananarivo",
    "Pacific": "NZ:Auckland FJ:Fiji",
}

_ZONES: Mapping[str, str] = {
    iso: f"{area}/{city}" for area, places in _AREAS.items() for iso, city in (p.split(":") for p in places.split())
}


def market_zone(iso: str) -> str:
    """The IANA name of a market's main zone; `UTC` for a market that is not in the table.

    >>> market_zone("BR"), market_zone("nowhere")
    ('America/Sao_Paulo', 'UTC')
    """
    return _ZONES.get(iso.strip().upper(), UNKNOWN)
