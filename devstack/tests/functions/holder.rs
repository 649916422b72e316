//! A transaction that others wait for, so that what happens at once happens in an order.

use tokio_postgres::types::ToSql;

use crate::support::{World, eventually};

/// A transaction of the test's own, open until it is released.
pub struct Holder {
    world: World,
    pid: i32,
}

impl Holder {
    /// Begins, and does this first.
    pub async fn of(world: &World, statement: &str, parameters: &[&(dyn ToSql + Sync)]) -> Self {
        let world = World::of(&world.info).await;
        world.db.batch_execute("begin").await.unwrap();
        let pid = world
            .db
            .query_one("select pg_backend_pid()", &[])
            .await
            .unwrap()
            .get(0);
        let holder = Self { world, pid };
        holder.run(statement, parameters).await;
        holder
    }

    pub async fn run(&self, statement: &str, parameters: &[&(dyn ToSql + Sync)]) {
        self.world.db.execute(statement, parameters).await.unwrap();
    }

    /// Whether somebody waits for this transaction now.
    pub async fn is_waited_for(&self, world: &World) -> bool {
        let waiting = "select exists (select from pg_stat_activity where $1 = any (pg_blocking_pids(pid)))";
        world.db.query_one(waiting, &[&self.pid]).await.unwrap().get(0)
    }

    /// Until somebody waits for this transaction.
    pub async fn waited_for(&self, world: &World) {
        eventually("somebody waits", async || self.is_waited_for(world).await).await;
    }

    pub async fn release(self) {
        self.world.db.batch_execute("commit").await.unwrap();
    }
}
