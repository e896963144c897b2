"""The sample estate: 67 buildings, 1,758 households, 3,770 people, all invented.

The size is that of a real estate (one estate of 67栋1758户3770人); the ledgers that
make_samples.py writes are three views of this one estate.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from sample_names import RARE, UYGHUR_MEN, UYGHUR_WOMEN, Names

ESTATE, COMMUNITY = "和顺里", "和顺里社区"
BUILDINGS, HOUSEHOLDS, PEOPLE = 67, 1758, 3770
OLDEST = 87  # from this age the office has set down how often to visit
AS_OF = dt.date(2026, 6, 30)
SIZES, SIZE_WEIGHTS = (1, 2, 3, 4, 5), (34, 34, 20, 9, 3)
MAN, WOMAN = "1", "2"


@dataclass(eq=False)
class Person:
    """One resident; codes are those of the national tables."""

    name: str
    sex: str
    birth: dt.date
    id_number: str
    relation: str
    ethnicity: str = "01"
    education: str = ""
    marital: str = "10"
    politics: str = "13"
    phones: tuple[str, ...] = ()
    kind: str = "local"
    tags: set[str] = field(default_factory=set[str])
    child: tuple[str, str, str] | None = None  # name, relation word, phone
    visits_a_week: int = 0

    @property
    def age(self) -> int:
        passed = (AS_OF.month, AS_OF.day) >= (self.birth.month, self.birth.day)
        return AS_OF.year - self.birth.year - (not passed)


@dataclass(eq=False)
class Household:
    """The people behind one door; the first is the head."""

    building: int
    unit: int
    room: str
    number: str
    people: list[Person] = field(default_factory=list[Person])
    tenure: str = "own"
    owner: Person | None = None  # of a rented flat: lives elsewhere

    @property
    def head(self) -> Person:
        return self.people[0]


def make_estate(seed: int = 20260630) -> list[Household]:
    """The same estate for the same seed: households in the order of their doors."""
    random = Random(seed)
    maker = _Maker(random)
    doors = _doors(random)
    sizes = _sizes(random)
    homes: list[Household] = []
    for number, ((building, unit, room), size) in enumerate(
        zip(doors, sizes, strict=True), 1
    ):
        home = Household(building, unit, room, f"9901{number:05d}")
        maker.fill(home, size)
        homes.append(home)
    _give_rare_names(random, homes)
    return homes


def _doors(random: Random) -> list[tuple[int, int, str]]:
    """1,758 occupied doors spread over 67 buildings, some doors left empty."""
    shapes = {
        number: (random.choice((2, 3, 3, 4)), random.choice((6, 6, 7, 11)))
        for number in range(1, BUILDINGS + 1)
    }
    every = [
        (number, unit, f"{floor}{flat:02d}")
        for number, (units, floors) in shapes.items()
        for unit in range(1, units + 1)
        for floor in range(1, floors + 1)
        for flat in (1, 2)
    ]
    if len(every) < HOUSEHOLDS:
        raise ValueError(f"only {len(every)} doors")
    kept = {(number, 1, "101") for number in shapes}  # no building without people
    rest = [door for door in every if door not in kept]
    kept.update(random.sample(rest, HOUSEHOLDS - len(kept)))
    return [door for door in every if door in kept]


def _sizes(random: Random) -> list[int]:
    sizes = random.choices(SIZES, SIZE_WEIGHTS, k=HOUSEHOLDS)
    while (gap := PEOPLE - sum(sizes)) != 0:
        at = random.randrange(HOUSEHOLDS)
        if gap > 0 and sizes[at] < 5:
            sizes[at] += 1
        elif gap < 0 and sizes[at] > 1:
            sizes[at] -= 1
    return sizes


class _Maker:
    """Builds plausible families."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = Names(random)

    def fill(self, home: Household, size: int) -> None:
        chance = self.random.random()
        if size <= 2 and chance < (0.45 if size == 1 else 0.5):
            self._elders(home, size)
        elif size <= 3 and chance > 0.86:
            self._tenants(home, size)
        else:
            self._family(home, size)
        for person in home.people:
            self._details(person, home)

    def _person(self, sex: str, age: int, relation: str, surname: str = "") -> Person:
        day = AS_OF - dt.timedelta(
            days=round(age * 365.25) + self.random.randrange(364)
        )
        name = (surname or self.names.surname()) + self.names.given(sex, day)
        return Person(name, sex, day, self.names.number(sex, day), relation)

    def _couple(self, home: Household, age: int) -> tuple[Person, Person]:
        man = self._person(MAN, age, "02")
        woman = self._person(WOMAN, max(20, age - self.random.randint(-2, 5)), "12")
        man.marital = woman.marital = "20"
        home.people += [man, woman]
        return man, woman

    def _elders(self, home: Household, size: int) -> None:
        age = min(96, round(self.random.triangular(63, 94, 71)))
        if size == 2:
            for person in self._couple(home, age):
                person.tags.add("empty_nest")
                person.child = self._child_of(home.head)
        else:
            sex = self.random.choice((MAN, WOMAN, WOMAN))
            person = self._person(sex, age, "02")
            person.marital = self.random.choice(("30", "30", "30", "40", "10"))
            person.tags.add("alone")
            if person.marital != "10":
                person.child = self._child_of(person)
            home.people.append(person)
        for person in home.people:
            times = self.random.choice((1, 1, 1, 2, 2, 3))
            person.visits_a_week = times if person.age >= OLDEST else 0

    def _child_of(self, parent: Person) -> tuple[str, str, str]:
        sex = self.random.choice((MAN, WOMAN))
        birth = parent.birth + dt.timedelta(days=26 * 365)
        name = parent.name[:1] + self.names.given(sex, birth)
        return name, "儿子" if sex == MAN else "女儿", self.names.mobile()

    def _tenants(self, home: Household, size: int) -> None:
        home.tenure = "rent"
        home.owner = self._person(
            self.random.choice((MAN, WOMAN)), self.random.randint(35, 70), ""
        )
        home.owner.phones = (self.names.mobile(),)
        head = self._person(MAN, self.random.randint(22, 50), "02")
        home.people.append(head)
        for _ in range(size - 1):
            sex = self.random.choice((MAN, WOMAN))
            mate = self._person(sex, self.random.randint(20, 50), "99")
            home.people.append(mate)
        for person in home.people:
            person.kind = "migrant"

    def _family(self, home: Household, size: int) -> None:
        if size == 1:
            sex = self.random.choice((MAN, WOMAN))
            home.people.append(self._person(sex, self.random.randint(24, 62), "02"))
            return
        man, woman = self._couple(home, self.random.randint(26, 60))
        grown = min(man.age, woman.age) - 24
        children = 0
        for _ in range(size - 2):
            if children < 2 and grown > 0 and (children == 0 or size > 3):
                self._add_child(home, min(grown, 26), children)
                children += 1
            else:
                self._add_parent(home)

    def _add_child(self, home: Household, oldest: int, born: int) -> None:
        sex = self.random.choice((MAN, WOMAN))
        age = self.random.randint(0, max(0, oldest - 2 * born))
        relation = ("20" if sex == MAN else "30") if born else "22"
        if not born and sex == WOMAN:
            relation = "32"
        home.people.append(self._person(sex, age, relation, home.head.name[:1]))

    def _add_parent(self, home: Household) -> None:
        age = min(96, home.head.age + self.random.randint(22, 30))
        if any(one.relation == "52" for one in home.people):
            parent = self._person(MAN, age, "51", home.head.name[:1])
        else:
            parent = self._person(WOMAN, age, "52")
        parent.marital = "30"
        home.people.append(parent)

    def _details(self, person: Person, home: Household) -> None:
        random, age = self.random, person.age
        person.ethnicity = random.choices(("01", "03", "11", "02"), (80, 16, 3, 1))[0]
        person.education = _education(random, age)
        if age >= 12 and (age < 80 or random.random() < 0.6):
            person.phones = (self.names.mobile(),)
        if person is home.head and age >= 60 and random.random() < 0.4:
            person.phones += (self.names.land_line(),)
        if 14 <= age <= 28 and random.random() < 0.5:
            person.politics = "03"
        elif age > 25 and random.random() < 0.11:
            person.politics = "01"
        person.tags |= {
            tag
            for tag, oldest_first, share in (
                ("aged", 80, 1.0),
                ("chronic", 60, 0.34),
                ("disabled_care", 75, 0.09),
                ("disability", 18, 0.025),
                ("low_income", 18, 0.03),
                ("veteran", 40, 0.02),
            )
            if age >= oldest_first and random.random() < share
        }


def _education(random: Random, age: int) -> str:
    if age < 7:
        return ""
    if age < 13:
        return "80"
    if age < 16:
        return "70"
    if age >= 65:
        return random.choices(("90", "80", "70", "60", "40"), (15, 40, 28, 12, 5))[0]
    return random.choices(
        ("70", "60", "40", "30", "20", "10"), (28, 20, 12, 20, 18, 2)
    )[0]


def _give_rare_names(random: Random, homes: list[Household]) -> None:
    """Ethnic names with their dot, rare characters, and one beyond the BMP."""
    heads = random.sample([home.head for home in homes], 40)
    for person, name in zip(heads, RARE, strict=False):
        person.name = name
    men = [one for one in heads[len(RARE) :] if one.sex == MAN]
    women = [one for one in heads[len(RARE) :] if one.sex == WOMAN]
    for people, names in ((men, UYGHUR_MEN), (women, UYGHUR_WOMEN)):
        for person, name in zip(people, names, strict=False):
            person.name, person.ethnicity = name, "05"
