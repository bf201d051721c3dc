//! Rows × platforms: what each step gave on every platform, and where platforms differ.
//!
//! A [`Matrix`] is everything that was read and never changes. What is shown of it is a [`View`], made of [`Options`];
//! [`Comparison`] holds a run beside its baseline for a check, and [`Evidence`] is what is best known of each system.

mod build;
mod cell;
mod columns;
mod compare;
mod comparison;
mod departures;
mod distance;
mod evidence;
mod group;
mod merge;
mod options;
mod outline;
mod pair;
mod pairwise;
mod row;
mod side;
mod store;
mod tally;
mod verify;
mod view;

pub use cell::{Cell, Native, Seen};
pub use columns::{Column, Member};
pub use compare::{Compare, Relation, relation};
pub use comparison::{ComparedStep, Comparison};
pub use departures::{Departures, Requirement};
pub use distance::Distances;
pub use evidence::{Best, Evidence, System, title};
pub use options::{NoSuchPlatform, Options};
pub use outline::{Change, Difference, Outline, OutlineStep, Variation};
pub use pair::FamilyCount;
pub use pairwise::{Common, PairCount};
pub use row::Row;
pub use store::Matrix;
pub use tally::{Extent, Gap, Tally, Unsteady, Why};
pub use verify::{Statement, Verified};
pub use view::{Counts, LeftOut, Rows, View};
