//! The objects of GitHub's schema, resolved field by field from the organization. What is not here is an error that says so.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::organization::{Organization, Person, Team};

/// The most that one page holds.
const LARGEST_PAGE: i64 = 100;
/// Stands between the type and the message of an error until the answer is written.
const SEPARATOR: char = '\u{1f}';

/// What the objects read.
pub(super) struct World<'w> {
    pub(super) url: &'w str,
    pub(super) organization: &'w Organization,
    pub(super) login: &'w str,
    pub(super) rate_limit: Value,
}

/// An object of the schema.
#[derive(Clone)]
pub(super) enum Object<'w> {
    Query(&'w World<'w>),
    RateLimit(&'w World<'w>),
    Organization(&'w World<'w>),
    Connection(&'w World<'w>, Connection<'w>),
    Edge(&'w World<'w>, Listing, Item<'w>),
    User(&'w World<'w>, &'w Person),
    Team(&'w World<'w>, &'w Team),
    PageInfo(Value),
}

/// Which connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listing {
    Members,
    Pending,
    Teams,
    TeamMembers,
}

/// An entry of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'w> {
    Person(&'w Person),
    Team(&'w Team),
}

/// One page of a listing.
#[derive(Debug, Clone)]
pub(super) struct Connection<'w> {
    listing: Listing,
    items: Vec<Item<'w>>,
    total: usize,
    has_next: bool,
    has_previous: bool,
}

impl Item<'_> {
    fn number(self) -> u64 {
        match self {
            Self::Person(person) => person.number,
            Self::Team(team) => team.number,
        }
    }

    fn cursor(self) -> String {
        STANDARD.encode(format!("cursor:v2:{}", self.number()))
    }
}

fn number_of(cursor: &str) -> Option<u64> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("cursor:v2:")?.parse().ok()
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        match self {
            Self::Query(_) => "Query",
            Self::RateLimit(_) => "RateLimit",
            Self::Organization(_) => "Organization",
            Self::User(..) => "User",
            Self::Team(..) => "Team",
            Self::PageInfo(_) => "PageInfo",
            Self::Connection(_, connection) => match connection.listing {
                Listing::Members => "OrganizationMemberConnection",
                Listing::Pending => "UserConnection",
                Listing::Teams => "TeamConnection",
                Listing::TeamMembers => "TeamMemberConnection",
            },
            Self::Edge(_, listing, _) => match listing {
                Listing::Members => "OrganizationMemberEdge",
                Listing::Pending => "UserEdge",
                Listing::Teams => "TeamEdge",
                Listing::TeamMembers => "TeamMemberEdge",
            },
        }
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let field = info.field_name();
        match self {
            Self::Query(world) => world.query(info),
            Self::Organization(world) => world.of_organization(info),
            Self::RateLimit(world) => leaf_of(&world.rate_limit, field),
            Self::PageInfo(values) => leaf_of(values, field),
            Self::Connection(world, connection) => connection.resolve(world, field),
            Self::Edge(world, listing, item) => Ok(match field {
                "cursor" => ResolvedValue::leaf(item.cursor()),
                "node" => ResolvedValue::object(world.object(*item)),
                "role" => match (listing, item) {
                    (Listing::Members, Item::Person(person)) => {
                        ResolvedValue::leaf(json!(person.role))
                    }
                    _ => ResolvedValue::leaf("MEMBER"),
                },
                _ => return Err(unknown(field)),
            }),
            Self::User(world, person) => world.of_person(person, info),
            Self::Team(world, team) => match field {
                "members" => {
                    let members = world.organization.members_of(team).map(Item::Person);
                    page(world, Listing::TeamMembers, members, info)
                }
                "id" => Ok(ResolvedValue::leaf(team.node_id())),
                "databaseId" => Ok(ResolvedValue::leaf(json!(team.number))),
                "slug" => Ok(ResolvedValue::leaf(team.slug.as_str())),
                "name" => Ok(ResolvedValue::leaf(team.name.as_str())),
                _ => Err(unknown(field)),
            },
        }
    }
}

impl<'w> World<'w> {
    fn query(&'w self, info: &ResolveInfo<'_>) -> Result<ResolvedValue<'w>, FieldError> {
        match info.field_name() {
            "rateLimit" => Ok(ResolvedValue::object(Object::RateLimit(self))),
            "organization" => {
                let login = text(info, "login").unwrap_or_default();
                if !login.eq_ignore_ascii_case(self.login) {
                    let message = format!(
                        "Could not resolve to an Organization with the login of '{login}'."
                    );
                    return Err(error("NOT_FOUND", &message));
                }
                Ok(ResolvedValue::object(Object::Organization(self)))
            }
            field => Err(unknown(field)),
        }
    }

    fn of_organization(&'w self, info: &ResolveInfo<'_>) -> Result<ResolvedValue<'w>, FieldError> {
        let organization = self.organization;
        match info.field_name() {
            "membersWithRole" => page(
                self,
                Listing::Members,
                organization.members().map(Item::Person),
                info,
            ),
            "pendingMembers" => page(
                self,
                Listing::Pending,
                organization.pending().map(Item::Person),
                info,
            ),
            "teams" => page(
                self,
                Listing::Teams,
                organization.teams.values().map(Item::Team),
                info,
            ),
            "team" => {
                let team = organization.team(text(info, "slug").unwrap_or_default());
                Ok(ResolvedValue::nullable_object(
                    team.map(|team| Object::Team(self, team)),
                ))
            }
            "id" => Ok(ResolvedValue::leaf("O_demo00000001")),
            "databaseId" => Ok(ResolvedValue::leaf(1)),
            "login" => Ok(ResolvedValue::leaf(self.login)),
            "name" => Ok(ResolvedValue::leaf("Fabrique de démonstration")),
            field => Err(unknown(field)),
        }
    }

    fn of_person(
        &self,
        person: &Person,
        info: &ResolveInfo<'_>,
    ) -> Result<ResolvedValue<'w>, FieldError> {
        let leaf = match info.field_name() {
            "id" => json!(person.node_id()),
            "databaseId" => json!(person.number),
            "login" => json!(person.login),
            "name" => json!(person.name),
            "email" => json!(person.email.as_deref().unwrap_or_default()),
            "avatarUrl" => json!(format!("{}/avatars/{}", self.url, person.number)),
            "organizationVerifiedDomainEmails" => {
                let of_ours =
                    text(info, "login").is_some_and(|login| login.eq_ignore_ascii_case(self.login));
                let emails: Vec<String> = person
                    .verified_email
                    .iter()
                    .filter(|_| of_ours)
                    .cloned()
                    .collect();
                return Ok(ResolvedValue::list(
                    emails.into_iter().map(ResolvedValue::leaf),
                ));
            }
            field => return Err(unknown(field)),
        };
        Ok(ResolvedValue::leaf(leaf))
    }

    fn object(&'w self, item: Item<'w>) -> Object<'w> {
        match item {
            Item::Person(person) => Object::User(self, person),
            Item::Team(team) => Object::Team(self, team),
        }
    }
}

impl<'w> Connection<'w> {
    fn resolve(&self, world: &'w World<'w>, field: &str) -> Result<ResolvedValue<'w>, FieldError> {
        let listing = self.listing;
        let items = self.items.clone().into_iter();
        Ok(match field {
            "totalCount" => ResolvedValue::leaf(json!(self.total)),
            "edges" => ResolvedValue::list(
                items.map(move |item| ResolvedValue::object(Object::Edge(world, listing, item))),
            ),
            "nodes" => ResolvedValue::list(
                items.map(move |item| ResolvedValue::object(world.object(item))),
            ),
            "pageInfo" => ResolvedValue::object(Object::PageInfo(json!({
                "hasNextPage": self.has_next,
                "hasPreviousPage": self.has_previous,
                "startCursor": self.items.first().map(|item| item.cursor()),
                "endCursor": self.items.last().map(|item| item.cursor()),
            }))),
            _ => return Err(unknown(field)),
        })
    }
}

/// The page of a listing that the arguments ask for; `items` come in the order of their numbers.
fn page<'w>(
    world: &'w World<'w>,
    listing: Listing,
    items: impl Iterator<Item = Item<'w>>,
    info: &ResolveInfo<'_>,
) -> Result<ResolvedValue<'w>, FieldError> {
    let field = info.field_name();
    let first = info.arguments().get("first").and_then(JsonValue::as_i64);
    let Some(first) = first else {
        let message = format!(
            "You must provide a `first` or `last` value to properly paginate the `{field}` connection."
        );
        return Err(error("MISSING_PAGINATION_BOUNDARIES", &message));
    };
    if first > LARGEST_PAGE {
        let message = format!(
            "Requesting {first} records on the `{field}` connection exceeds the `first` limit of {LARGEST_PAGE} records."
        );
        return Err(error("EXCESSIVE_PAGINATION", &message));
    }
    let first = usize::try_from(first).map_err(|_| {
        error(
            "INVALID_PAGINATION",
            &format!("`first` on the `{field}` connection cannot be negative."),
        )
    })?;
    let after = match text(info, "after") {
        None => 0,
        Some(cursor) => number_of(cursor).ok_or_else(|| {
            error(
                "INVALID_CURSOR_ARGUMENTS",
                &format!("`{cursor}` does not appear to be a valid cursor."),
            )
        })?,
    };
    let items: Vec<Item<'w>> = items.collect();
    let total = items.len();
    let start = items.partition_point(|item| item.number() <= after);
    let end = (start + first).min(total);
    let connection = Connection {
        listing,
        items: items.get(start..end).unwrap_or_default().to_vec(),
        total,
        has_next: end < total,
        has_previous: start > 0,
    };
    Ok(ResolvedValue::object(Object::Connection(world, connection)))
}

fn text<'i>(info: &'i ResolveInfo<'_>, argument: &str) -> Option<&'i str> {
    info.arguments().get(argument)?.as_str()
}

fn leaf_of<'w>(values: &Value, field: &str) -> Result<ResolvedValue<'w>, FieldError> {
    values
        .get(field)
        .cloned()
        .map(ResolvedValue::leaf)
        .ok_or_else(|| unknown(field))
}

fn error(kind: &str, message: &str) -> FieldError {
    FieldError {
        message: format!("{kind}{SEPARATOR}{message}"),
    }
}

fn unknown(field: &str) -> FieldError {
    error(
        "SIMULATOR",
        &format!("The simulator does not answer the field `{field}` yet."),
    )
}

/// The type and the message of an error that [`ObjectValue::resolve_field`] gave.
pub(super) fn split_error(message: &str) -> (Option<&str>, &str) {
    // The executor puts words of its own before the message.
    match message.split_once(SEPARATOR) {
        Some((kind, message)) => (kind.split_whitespace().next_back(), message),
        None => (None, message),
    }
}
