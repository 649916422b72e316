//! PostgreSQL: a cluster with what a Supabase project has, the migrations and the seed.

mod cluster;
mod migrate;
mod template;
mod tree;

pub(crate) use cluster::{Cluster, prepare};
