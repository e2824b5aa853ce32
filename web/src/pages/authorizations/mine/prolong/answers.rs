//! What the applicant answers, step by step.

use leptos::prelude::*;

use crate::queries::request_prolongation::{ProlongationOwner, Variables};

/// The step that sums up.
pub const LAST: usize = 4;

/// The answers so far; of contacts, whether they are the same.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    pub owner: RwSignal<Option<Owner>>,
    pub purpose: RwSignal<Option<bool>>,
    pub business: RwSignal<Option<bool>>,
    pub technical: RwSignal<Option<bool>>,
}

/// Whether the applicant goes on being responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Stays,
    LeavesSoon,
    Gone,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            owner: RwSignal::new(None),
            purpose: RwSignal::new(None),
            business: RwSignal::new(None),
            technical: RwSignal::new(None),
        }
    }
}

impl Answers {
    /// Whether all questions of a step are answered, tracked.
    pub fn is_answered(self, step: usize) -> bool {
        match step {
            1 => self.owner.with(Option::is_some),
            2 => self.purpose.with(Option::is_some),
            3 => self.business.with(Option::is_some) && self.technical.with(Option::is_some),
            _ => false,
        }
    }

    /// The last step that one may be at, tracked: the first that is not answered.
    pub fn reach(self) -> usize {
        (1..LAST)
            .find(|step| !self.is_answered(*step))
            .unwrap_or(LAST)
    }

    /// Whether all is as before, so that the token is prolonged at once, tracked.
    pub fn are_unchanged(self) -> bool {
        let same = Some(true);
        self.owner.get() == Some(Owner::Stays)
            && (
                self.purpose.get(),
                self.business.get(),
                self.technical.get(),
            ) == (same, same, same)
    }

    /// The question to the server about a token; none before all is answered.
    pub fn ask(self, token: String) -> Option<Variables> {
        Some(Variables {
            id: token,
            owner: match self.owner.get_untracked()? {
                Owner::Stays => ProlongationOwner::StillInCharge,
                Owner::LeavesSoon => ProlongationOwner::WillChangeSoon,
                Owner::Gone => ProlongationOwner::NotInCharge,
            },
            purpose: self.purpose.get_untracked()?,
            business: self.business.get_untracked()?,
            technical: self.technical.get_untracked()?,
        })
    }
}
