"""The subgraph that Apollo's compatibility suite asks of everybody, out of our own parts.

https://github.com/apollographql/apollo-federation-subgraph-compatibility/blob/main/COMPATIBILITY.md
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry.federation.schema import FederationAny
from strawberry.federation.schema_directives import Override
from strawberry.schema_directive import Location

from graph.federation.entities import EntityKey, Keys, entities
from graph.schema import LiftosSchema

ID: TypeAlias = strawberry.ID
EMAIL = "support@apollographql.com"


@strawberry.federation.schema_directive(
    locations=[Location.OBJECT],
    name="custom",
    compose=True,
    import_url="https://myspecs.dev/myCustomDirective/v1.0",
)
class Custom:
    pass


@strawberry.federation.type(extend=True, keys=["email"])
class User:
    email: ID = strawberry.federation.field(external=True)
    total_products_created: int | None = strawberry.federation.field(external=True)
    years_of_employment: int = strawberry.federation.field(external=True)
    name: str | None = strawberry.federation.field(directives=[Override(override_from="users")])

    @strawberry.federation.field(requires=["totalProductsCreated yearsOfEmployment"])  # type: ignore[untyped-decorator]  # its overloads know no resolver
    def average_products_created_per_year(self) -> int | None:
        total = self.total_products_created
        return None if total is None else round(total / self.years_of_employment)


@strawberry.federation.type(shareable=True)
class ProductDimension:
    size: str | None
    weight: float | None
    unit: str | None = strawberry.federation.field(inaccessible=True)


@strawberry.type
class ProductVariation:
    id: ID


@strawberry.type
class CaseStudy:
    case_number: ID
    description: str | None


@strawberry.federation.type(keys=["study { caseNumber }"])
class ProductResearch:
    study: CaseStudy
    outcome: str | None


@strawberry.federation.type(keys=["sku package"])
class DeprecatedProduct:
    sku: str
    package: str
    reason: str | None
    created_by: User | None


@strawberry.federation.type(
    keys=["id", "sku package", "sku variation { id }"], directives=[Custom()]
)
class Product:
    id: ID
    sku: str | None
    package: str | None
    variation: ProductVariation | None
    dimensions: ProductDimension | None
    created_by: User | None = strawberry.federation.field(provides=["totalProductsCreated"])
    notes: str | None = strawberry.federation.field(tags=["internal"])
    research: list[ProductResearch]


@strawberry.federation.interface_object(keys=["id"])
class Inventory:
    id: ID
    deprecated_products: list[DeprecatedProduct]


USER = User(email=ID(EMAIL), total_products_created=1337, years_of_employment=10, name="Jane Smith")
DEPRECATED = DeprecatedProduct(
    sku="apollo-federation-v1",
    package="@apollo/federation-v1",
    reason="Migrate to Federation V2",
    created_by=USER,
)
STUDIES = tuple(
    ProductResearch(study=CaseStudy(case_number=ID(number), description=title), outcome=None)
    for number, title in (("1234", "Federation Study"), ("1235", "Studio Study"))
)


def _product(name: str, package: str, variation: str, study: ProductResearch) -> Product:
    return Product(
        id=ID(f"apollo-{name}"),
        sku=name,
        package=package,
        variation=ProductVariation(id=ID(variation)),
        dimensions=ProductDimension(size="small", weight=1, unit="kg"),
        created_by=USER,
        notes=None,
        research=[study],
    )


PRODUCTS = (
    _product("federation", "@apollo/federation", "OSS", STUDIES[0]),
    _product("studio", "", "platform", STUDIES[1]),
)
INVENTORY = Inventory(id=ID("apollo-oss"), deprecated_products=[DEPRECATED])

Representation: TypeAlias = Mapping[str, Any]
Matches: TypeAlias = Callable[[Any, Representation], bool]


def _key(fields: str, known: tuple[object, ...], matches: Matches) -> EntityKey[object]:
    def find(_: object, asked: Representation) -> Awaitable[object]:
        async def found() -> object:
            return next((each for each in known if matches(each, asked)), None)

        return found()

    return EntityKey(frozenset(fields.split()), find)


def _user(_: object, asked: Representation) -> Awaitable[object]:
    async def found() -> object:
        if asked["email"] != EMAIL:
            return None
        return User(
            email=ID(EMAIL),
            name=USER.name,
            total_products_created=asked.get("totalProductsCreated", USER.total_products_created),
            years_of_employment=asked.get("yearsOfEmployment", USER.years_of_employment),
        )

    return found()


KEYS: Keys[object] = MappingProxyType(
    {
        "Product": (
            _key("id", PRODUCTS, lambda one, asked: one.id == asked["id"]),
            _key(
                "sku package",
                PRODUCTS,
                lambda one, asked: (one.sku, one.package) == (asked["sku"], asked["package"]),
            ),
            _key(
                "sku variation",
                PRODUCTS,
                lambda one, asked: (
                    (one.sku, one.variation.id) == (asked["sku"], asked["variation"]["id"])
                ),
            ),
        ),
        "DeprecatedProduct": (
            _key("sku package", (DEPRECATED,), lambda one, asked: one.sku == asked["sku"]),
        ),
        "ProductResearch": (
            _key(
                "study",
                STUDIES,
                lambda one, asked: one.study.case_number == asked["study"]["caseNumber"],
            ),
        ),
        "User": (EntityKey(frozenset({"email"}), _user),),
        "Inventory": (_key("id", (INVENTORY,), lambda one, asked: one.id == asked["id"]),),
    }
)

Entity: TypeAlias = Annotated[
    DeprecatedProduct | Inventory | Product | ProductResearch | User, strawberry.union("_Entity")
]


@strawberry.type
class Query:
    @strawberry.field
    def product(self, id: ID) -> Product | None:  # noqa: A002 - the argument's name in the schema
        return next((each for each in PRODUCTS if each.id == id), None)

    @strawberry.field(deprecation_reason="Use product query instead")  # type: ignore[untyped-decorator]  # as above
    def deprecated_product(self, sku: str, package: str) -> DeprecatedProduct | None:
        return DEPRECATED if (sku, package) == (DEPRECATED.sku, DEPRECATED.package) else None

    @strawberry.field(name="_entities")  # type: ignore[untyped-decorator]  # as above
    async def entities(
        self, info: strawberry.Info, representations: list[FederationAny]
    ) -> list[Entity | None]:
        return entities(KEYS, info.context, representations)  # type: ignore[return-value]  # the executor awaits members


def build_products() -> LiftosSchema:
    return LiftosSchema(Query, federation_version="2.3")
