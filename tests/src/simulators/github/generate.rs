//! Makes an organization of any size, the same at every start.

use std::collections::HashSet;

use super::names::{FIRST, KNOWN, LAST, OTHER_SCRIPTS, TEAMS};
use super::organization::{Organization, Person, Role, Team};

/// The first person's number.
const FIRST_NUMBER: u64 = 4_200_001;
/// Members of the team `sre`.
const SRE: usize = 8;
/// Of the people, the last of them, at most so many are invited only.
const INVITED: usize = 6;

/// An organization of `people` people, a few of them only invited, in 25 teams.
pub(super) fn organization(people: usize) -> Organization {
    let mut taken = HashSet::new();
    let mut organization = Organization {
        people: (0..people)
            .map(|index| {
                person(
                    index,
                    index + INVITED.min(people / 10) >= people,
                    &mut taken,
                )
            })
            .map(|person| (person.number, person))
            .collect(),
        teams: (1..)
            .zip(TEAMS)
            .map(|(number, (slug, name))| (number, team(number, slug, name)))
            .collect(),
    };
    let members: Vec<u64> = organization.members().map(|person| person.number).collect();
    for (place, team) in organization.teams.values_mut().enumerate() {
        team.members = members
            .iter()
            .enumerate()
            .filter(|(index, _)| belongs(*index, place))
            .map(|(_, number)| *number)
            .collect();
    }
    organization
}

fn team(number: u64, slug: &str, name: &str) -> Team {
    Team {
        number,
        slug: slug.to_owned(),
        name: name.to_owned(),
        members: Vec::new(),
    }
}

/// Everybody is in the first team, a fixed few in the second, and each of the others has about one person in sixteen.
fn belongs(index: usize, team: usize) -> bool {
    match team {
        0 => true,
        1 => index < SRE * 5 && index.is_multiple_of(5),
        _ => chance(index, team).is_multiple_of(16),
    }
}

fn person(index: usize, pending: bool, taken: &mut HashSet<String>) -> Person {
    let (name, stem) = name(index);
    let mut login = stem.clone();
    let mut homonyms = 1;
    while !taken.insert(login.clone()) {
        homonyms += 1;
        login = format!("{stem}{homonyms}");
    }
    Person {
        number: FIRST_NUMBER + 17 * index as u64,
        name: (index < KNOWN.len() || chance(index, 1_001) % 100 >= 8).then_some(name),
        email: (chance(index, 1_002) % 100 < 20).then(|| format!("{login}@courriel.example")),
        verified_email: (!pending && chance(index, 1_003) % 100 < 70)
            .then(|| format!("{login}@fabrique-demo.example")),
        role: if index < 3 * 5 && index.is_multiple_of(5) {
            Role::Admin
        } else {
            Role::Member
        },
        login,
        pending,
    }
}

/// A name and the letters its login is made of. One person in forty has the name of the one before.
fn name(index: usize) -> (String, String) {
    if let Some((name, stem)) = KNOWN.get(index) {
        return ((*name).to_owned(), (*stem).to_owned());
    }
    if index % 40 == 39 {
        return name(index - 1);
    }
    if index % 37 == 36 {
        let (name, stem) = pick(&OTHER_SCRIPTS, index / 37);
        return (name.to_owned(), stem.to_owned());
    }
    let first = pick(&FIRST, chance(index, 1_004));
    let last = pick(&LAST, chance(index, 1_005));
    let stem = match chance(index, 1_006) % 3 {
        0 => format!("{}{}", first.1, last.1),
        1 => format!("{}-{}", first.1, last.1),
        _ => format!("{}{}", first.1.get(..1).unwrap_or_default(), last.1),
    };
    (format!("{} {}", first.0, last.0), stem)
}

fn pick(names: &[(&'static str, &'static str)], chance: usize) -> (&'static str, &'static str) {
    names
        .get(chance % names.len().max(1))
        .copied()
        .unwrap_or_default()
}

/// A number that looks random and is always the same (the `SplitMix64` generator).
fn chance(index: usize, purpose: usize) -> usize {
    let mut value = (index as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add((purpose as u64) << 32);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((value ^ (value >> 31)) >> 33).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]

    use std::collections::HashSet;

    use super::organization;

    #[test]
    fn the_demo_has_three_hundred_people_in_25_teams() {
        let demo = organization(300);
        assert_eq!(
            (
                demo.members().count(),
                demo.pending().count(),
                demo.teams.len()
            ),
            (294, 6, 25)
        );
        assert_eq!(demo.team("all").unwrap().members.len(), 294);
        assert_eq!(demo.team("sre").unwrap().members.len(), 8);
        assert!(demo.teams.values().all(|team| !team.members.is_empty()));
        let verified = demo
            .people
            .values()
            .filter(|person| person.verified_email.is_some())
            .count();
        assert!((180..230).contains(&verified), "{verified}");
    }

    #[test]
    fn the_people_that_demos_sign_in_as_are_there() {
        let demo = organization(300);
        let sre = &demo.team("sre").unwrap().members;
        assert!(sre.contains(&demo.number_of("adele").unwrap()));
        assert!(!sre.contains(&demo.number_of("noe").unwrap()));
    }

    #[test]
    fn logins_are_unique_however_many() {
        let large = organization(10_000);
        let logins: HashSet<&str> = large
            .people
            .values()
            .map(|person| person.login.as_str())
            .collect();
        assert_eq!(logins.len(), 10_000);
        let names: HashSet<_> = organization(300)
            .people
            .into_values()
            .filter_map(|person| person.name)
            .collect();
        assert!(
            names.len() < 290,
            "there are homonyms, or people without a name: {}",
            names.len()
        );
    }
}
