"""The upper-tier authorities: GSS code ↔ name, however a source spells it.

Codes are those of the ONS Code History Database from 1 April 2025 (Barnsley and Sheffield were recoded that
day). Open Government Licence v3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from optimiser.errors import Fault, InputError
from optimiser.pack.region import Authority, Region


def _cells(text: str, columns: int) -> list[list[str]]:
    return [line.split(maxsplit=columns - 1) for line in text.strip().splitlines()]


_ENGLAND: Final = """
E06000001 T Hartlepool
E06000002 T Middlesbrough
E06000003 T Redcar and Cleveland
E06000004 DT Stockton-on-Tees
E06000005 DT Darlington
E06000006 LW Halton
E06000007 W Warrington
E06000008 BP Blackburn with Darwen
E06000009 F Blackpool
E06000010 H Kingston upon Hull, City of
E06000011 DHY East Riding of Yorkshire
E06000012 DL North East Lincolnshire
E06000013 DL North Lincolnshire
E06000014 Y York
E06000015 D Derby
E06000016 L Leicester
E06000017 LP Rutland
E06000018 N Nottingham
E06000019 GHLNSW Herefordshire, County of
E06000020 STW Telford and Wrekin
E06000021 S Stoke-on-Trent
E06000022 B Bath and North East Somerset
E06000023 B Bristol, City of
E06000024 B North Somerset
E06000025 BGS South Gloucestershire
E06000026 P Plymouth
E06000027 T Torbay
E06000030 S Swindon
E06000031 CP Peterborough
E06000032 HL Luton
E06000033 S Southend-on-Sea
E06000034 CRS Thurrock
E06000035 M Medway
E06000036 GRS Bracknell Forest
E06000037 ORS West Berkshire
E06000038 R Reading
E06000039 S Slough
E06000040 RST Windsor and Maidenhead
E06000041 R Wokingham
E06000042 MN Milton Keynes
E06000043 B Brighton and Hove
E06000044 P Portsmouth
E06000045 S Southampton
E06000046 P Isle of Wight
E06000047 DNST County Durham
E06000049 CMSTW Cheshire East
E06000050 CLSW Cheshire West and Chester
E06000051 CDGLSTW Shropshire
E06000052 EPT Cornwall
E06000053 T Isles of Scilly
E06000054 BGRS Wiltshire
E06000055 MNP Bedford
E06000056 AHLMPS Central Bedfordshire
E06000057 CDNT Northumberland
E06000058 B Bournemouth, Christchurch and Poole
E06000059 BDEST Dorset
E06000060 HLMNORSUW Buckinghamshire
E06000061 LNP North Northamptonshire
E06000062 CLMNO West Northamptonshire
E06000063 CDLT Cumberland
E06000064 CDL Westmorland and Furness
E06000065 BDHLPTWY North Yorkshire
E06000066 BDET Somerset
E08000001 BMW Bolton
E08000002 BM Bury
E08000003 MOSW Manchester
E08000004 MO Oldham
E08000005 BMO Rochdale
E08000006 BMW Salford
E08000007 MS Stockport
E08000008 MOS Tameside
E08000009 MW Trafford
E08000010 MW Wigan
E08000011 LW Knowsley
E08000012 L Liverpool
E08000013 LW St. Helens
E08000014 LP Sefton
E08000015 CL Wirral
E08000017 DSW Doncaster
E08000018 DS Rotherham
E08000021 N Newcastle upon Tyne
E08000022 N North Tyneside
E08000023 NS South Tyneside
E08000024 DNS Sunderland
E08000025 B Birmingham
E08000026 C Coventry
E08000027 BDW Dudley
E08000028 BDW Sandwell
E08000029 BC Solihull
E08000030 BW Walsall
E08000031 DW Wolverhampton
E08000032 BHL Bradford
E08000033 BHOW Calderdale
E08000034 BHW Kirklees
E08000035 BLW Leeds
E08000036 LSW Wakefield
E08000037 DN Gateshead
E08000038 DHSW Barnsley
E08000039 S Sheffield
E09000001 EW City of London
E09000002 IR Barking and Dagenham
E09000003 EHNW Barnet
E09000004 DS Bexley
E09000005 HNUW Brent
E09000006 BCDST Bromley
E09000007 CENW Camden
E09000008 BCS Croydon
E09000009 HNTUW Ealing
E09000010 EN Enfield
E09000011 BDS Greenwich
E09000012 EN Hackney
E09000013 NSW Hammersmith and Fulham
E09000014 N Haringey
E09000015 HNUW Harrow
E09000016 CR Havering
E09000017 HTUW Hillingdon
E09000018 STUW Hounslow
E09000019 ENW Islington
E09000020 SW Kensington and Chelsea
E09000021 KST Kingston upon Thames
E09000022 BCS Lambeth
E09000023 BS Lewisham
E09000024 CKS Merton
E09000025 EIN Newham
E09000026 EIR Redbridge
E09000027 KSTU Richmond upon Thames
E09000028 S Southwark
E09000029 CKS Sutton
E09000030 EW Tower Hamlets
E09000031 EIN Waltham Forest
E09000032 S Wandsworth
E09000033 ENSW Westminster
E10000003 CIMPS Cambridgeshire
E10000007 DLNS Derbyshire
E10000008 DEPT Devon
E10000011 BRT East Sussex
E10000012 CEIRS Essex
E10000013 GHNOSW Gloucestershire
E10000014 BGPRS Hampshire
E10000015 ACEHLSUW Hertfordshire
E10000016 BCDMT Kent
E10000017 BFLOPW Lancashire
E10000018 BCDLN Leicestershire
E10000019 DLNP Lincolnshire
E10000020 CINP Norfolk
E10000024 DLNS Nottinghamshire
E10000025 GHMNORS Oxfordshire
E10000028 BCDSTW Staffordshire
E10000029 CIN Suffolk
E10000030 CGKRST Surrey
E10000031 BCGLNOW Warwickshire
E10000032 BGPR West Sussex
E10000034 BCDGHSW Worcestershire
"""
_WALES: Final = """
W06000001 Isle of Anglesey
W06000002 Gwynedd
W06000003 Conwy
W06000004 Denbighshire
W06000005 Flintshire
W06000006 Wrexham
W06000008 Ceredigion
W06000009 Pembrokeshire
W06000010 Carmarthenshire
W06000011 Swansea
W06000012 Neath Port Talbot
W06000013 Bridgend
W06000014 Vale of Glamorgan
W06000015 Cardiff
W06000016 Rhondda Cynon Taf
W06000018 Caerphilly
W06000019 Blaenau Gwent
W06000020 Torfaen
W06000021 Monmouthshire
W06000022 Newport
W06000023 Powys
W06000024 Merthyr Tydfil
"""

AUTHORITIES: Final = MappingProxyType({code: name for code, _, name in _cells(_ENGLAND, 3)})
"""The 153 upper-tier authorities of England: GSS code → ONS name."""

POSTCODE_LETTERS: Final = MappingProxyType({code: letters for code, letters, _ in _cells(_ENGLAND, 3)})
"""GSS code → the first letters of the postcodes in it, by the ONS postcode directory of November 2025."""

WELSH_AUTHORITIES: Final = MappingProxyType({cells[0]: cells[1] for cells in _cells(_WALES, 2)})
"""The 22 of Wales, where Ofsted's register has a few addresses of providers."""

_CUMBRIA: Final = ("E06000063", "E06000064")
_NORTHAMPTONSHIRE: Final = ("E06000061", "E06000062")
_OTHER_NAMES: Final = MappingProxyType(
    {
        "Hull": ("E06000010",),
        "Durham": ("E06000047",),
        "Southend": ("E06000033",),
        "Stockton": ("E06000004",),
        "Stoke": ("E06000021",),
        "Blackburn": ("E06000008",),
        "Newcastle": ("E08000021",),
        "Medway Towns": ("E06000035",),
        "Bath and NE Somerset": ("E06000022",),
        "BCP": ("E06000058",),
        "Richmond": ("E09000027",),
        "Scilly Isles": ("E06000053",),
        "Anglesey": ("W06000001",),
        # Before April 2019, April 2021 and April 2023:
        "Bournemouth": ("E06000058",),
        "Poole": ("E06000058",),
        "Northamptonshire": _NORTHAMPTONSHIRE,
        "Cumbria": _CUMBRIA,
    }
)
"""Names that are not the ONS's; an abolished authority stands for all of its successors."""

_SUCCESSOR_OF_CONSTITUENCY: Final = MappingProxyType(
    {
        "carlisle": "E06000063",
        "copeland": "E06000063",
        "workington": "E06000063",
        "whitehaven and workington": "E06000063",
        "barrow and furness": "E06000064",
        "westmorland and lonsdale": "E06000064",
        "morecambe and lunesdale": "E06000064",
        "corby": "E06000061",
        "kettering": "E06000061",
        "wellingborough": "E06000061",
        "northampton north": "E06000062",
        "northampton south": "E06000062",
        "south northamptonshire": "E06000062",
    }
)
"""Constituencies of Cumbria and Northamptonshire that lie whole in one successor. Penrith and the Border,
Penrith and Solway, and Daventry do not, and are absent."""

_DISTRICTS: Final = MappingProxyType(
    {
        "E10000003": (range(8, 13),),
        "E10000007": (range(32, 40),),
        "E10000008": (range(40, 48),),
        "E10000011": (range(61, 66),),
        "E10000012": (range(66, 78),),
        "E10000013": (range(78, 84),),
        "E10000014": (range(84, 95),),
        "E10000015": (range(95, 97), range(98, 100), range(102, 104), range(240, 244)),
        "E10000016": (range(105, 117),),
        "E10000017": (range(117, 129),),
        "E10000018": (range(129, 136),),
        "E10000019": (range(136, 143),),
        "E10000020": (range(143, 150),),
        "E10000024": (range(170, 177),),
        "E10000025": (range(177, 182),),
        "E10000028": (range(192, 200),),
        "E10000029": (range(200, 201), range(202, 204), range(244, 246)),
        "E10000030": (range(207, 218),),
        "E10000031": (range(218, 223),),
        "E10000032": (range(223, 230),),
        "E10000034": (range(234, 240),),
    }
)

COUNTY_OF_DISTRICT: Final = MappingProxyType(
    {f"E07{number:06}": county for county, spans in _DISTRICTS.items() for span in spans for number in span}
)
"""GSS code of each of the 164 districts → that of its county, the upper tier."""

_PLAIN_WORDS: Final = frozenset(
    {
        *("authority", "borough", "city", "corporation", "council", "county", "district", "mbc"),
        *("metropolitan", "royal", "unitary", "in", "of", "on", "the", "upon"),
    }
)


def name_key(name: str) -> str:
    """The name without case, punctuation and words that sources add or drop.

    >>> name_key("Kingston upon Hull, City of") == name_key("KINGSTON-UPON-HULL CITY COUNCIL")
    True
    """
    text = name.casefold().replace("&", " and ")
    text = "".join(character for character in text if character not in ".'’")
    words = "".join(character if character.isalnum() else " " for character in text).split()
    kept = [word for word in words if word not in _PLAIN_WORDS]
    return " ".join(kept[1:] if len(kept) > 1 and kept[0] == "london" else kept)


_CODES_OF_KEY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name_key(name): (code,) for table in (AUTHORITIES, WELSH_AUTHORITIES) for code, name in table.items()}
    | {name_key(name): codes for name, codes in _OTHER_NAMES.items()}
)


def codes_of_authority(name: str, *, constituency: str = "") -> tuple[str, ...]:
    """The GSS codes a name stands for: one; none where it is not known; several for an authority split since.

    The parliamentary constituency, where given, may tell which successor it is.

    >>> codes_of_authority("Durham")
    ('E06000047',)
    >>> codes_of_authority("Cumbria")
    ('E06000063', 'E06000064')
    >>> codes_of_authority("Cumbria", constituency="Copeland")
    ('E06000063',)
    """
    codes = _CODES_OF_KEY.get(name_key(name), ())
    if len(codes) > 1:
        told = _SUCCESSOR_OF_CONSTITUENCY.get(" ".join(constituency.casefold().split()))
        return (told,) if told in codes else codes
    return codes


def upper_tier(code: str) -> str:
    """The upper-tier authority of a district; any other code as it is.

    >>> upper_tier("E07000121")
    'E10000017'
    """
    return COUNTY_OF_DISTRICT.get(code, code)


def check_authorities(codes: Sequence[str]) -> tuple[str, ...]:
    """The codes, each once, in their order; InputError names every one that is no upper-tier authority."""
    faults = []
    for code in dict.fromkeys(codes):
        if code in AUTHORITIES:
            continue
        known = codes_of_authority(code) or (upper_tier(code),)
        near = [one for one in known if one in AUTHORITIES] or get_close_matches(code, AUTHORITIES, n=3)
        hint = ", ".join(f"{one} ({AUTHORITIES[one]})" for one in near)
        accepted = "the GSS code of an upper-tier authority in England" + (
            f", such as {hint}" if hint else ""
        )
        faults.append(Fault("--authorities", 0, code, f"{code!r} is not a known authority", accepted))
    if not codes:
        accepted = "one GSS code or more, such as E06000047 (County Durham)"
        faults.append(Fault("--authorities", 0, "", "no authority is chosen", accepted))
    if faults:
        raise InputError("The choice of authorities has faults.", faults)
    return tuple(dict.fromkeys(codes))


def region_of_authorities(codes: Sequence[str], *, name: str, as_at: date) -> Region:
    """The region whose members are these authorities, named as the ONS names them."""
    members = tuple(Authority(code, AUTHORITIES[code]) for code in check_authorities(codes))
    return Region(name=name, as_at=as_at, authorities=members)
