//! The choices of a case: numbers that are read one after the other; when none is left, the simplest choice.

use std::cell::Cell;

pub struct Tape {
    choices: Vec<u32>,
    position: Cell<usize>,
}

impl Tape {
    pub fn new(choices: Vec<u32>) -> Self {
        Self {
            choices,
            position: Cell::new(0),
        }
    }

    pub fn position(&self) -> usize {
        self.position.get()
    }

    /// Goes back to a position, so that the same choices are made again; or forth.
    pub fn rewind(&self, position: usize) {
        self.position.set(position);
    }

    /// A number below `end`.
    pub fn below(&self, end: usize) -> usize {
        let position = self.position.get();
        self.position.set(position + 1);
        let choice = self.choices.get(position).copied().unwrap_or_default();
        // The high half decides, so that halving a choice makes it simpler.
        usize::try_from((u64::from(choice) * u64::try_from(end).unwrap()) >> 32).unwrap()
    }

    /// A number that no other call answers, and no value of `below` is.
    pub fn fresh(&self) -> usize {
        let position = self.position.get();
        self.position.set(position + 1);
        1_000 + position
    }

    /// True in so many of a hundred cases; false is simpler.
    pub fn chance(&self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of these.
    pub fn pick<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Some of these, each by that chance.
    pub fn some<T: Clone>(&self, all: &[T], percent: usize) -> Vec<T> {
        let mut some = all.to_vec();
        some.retain(|_| self.chance(percent));
        some
    }
}
