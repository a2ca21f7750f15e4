//! The places of one lot. Nearly every lot lies in one or two, so they are kept in a sorted list:
//! a tree would take a kilobyte for each of a hundred thousand lots.

use serde::{Deserialize, Serialize};

use super::account::Bin;
use crate::ids::Location;

/// What lies where, by place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Bins {
    places: Vec<(Location, Bin)>,
}

impl Bins {
    pub(super) fn get(&self, location: &Location) -> Option<&Bin> {
        let found = self.find(location).ok()?;
        self.places.get(found).map(|(_, bin)| bin)
    }

    /// The bin at a place, empty where nothing ever lay.
    pub(super) fn at_mut(&mut self, location: &Location) -> &mut Bin {
        let index = self.find(location).unwrap_or_else(|index| {
            self.places
                .insert(index, (location.clone(), Bin::default()));
            index
        });
        &mut self.places[index].1
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Location> {
        self.places.iter().map(|(location, _)| location)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Location, &Bin)> {
        self.places.iter().map(|(location, bin)| (location, bin))
    }

    fn find(&self, location: &Location) -> Result<usize, usize> {
        self.places
            .binary_search_by(|(place, _)| place.cmp(location))
    }
}
