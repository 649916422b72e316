//! The ledger against a model: random operations, each also done by a few additions, and the same coins everywhere
//! after every one of them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::support::World;

const PEOPLE: usize = 3;
const HOSTS: usize = 2;

/// What somebody does; people and hosts by number.
#[derive(Debug, Clone)]
enum Step {
    /// A store sold coins; the same reference may come again.
    Credit { who: usize, coins: i64, reference: u8 },
    /// The platform keeps another share from now on.
    Share { percent: i64 },
    /// A host opens a paid session, unless one is open.
    Open {
        host: usize,
        price: i64,
        is_live: bool,
        comes: bool,
    },
    /// Somebody joins a host's session, agreeing to its price or to another one.
    Buy { who: usize, host: usize, agrees: bool },
    /// Somebody who is in a host's session gives coins.
    Gift { who: usize, host: usize, coins: i64 },
    /// A host's session ends for a reason after some minutes.
    End {
        host: usize,
        reason: &'static str,
        minutes: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, host) = (0..PEOPLE, 0..HOSTS);
    let reasons = prop::sample::select(vec!["host_ended", "host_away", "failed", "time_limit"]);
    prop_oneof![
        2 => (who.clone(), 1..60_i64, 0..12_u8).prop_map(|(who, coins, reference)| Step::Credit { who, coins, reference }),
        1 => (0..=100_i64).prop_map(|percent| Step::Share { percent }),
        3 => (host.clone(), 1..40_i64, any::<bool>(), prop::bool::weighted(0.8))
            .prop_map(|(host, price, is_live, comes)| Step::Open { host, price, is_live, comes }),
        6 => (who.clone(), host.clone(), prop::bool::weighted(0.9)).prop_map(|(who, host, agrees)| Step::Buy { who, host, agrees }),
        4 => (who, host.clone(), 1..30_i64).prop_map(|(who, host, coins)| Step::Gift { who, host, coins }),
        2 => (host, reasons, 0..20_i64).prop_map(|(host, reason, minutes)| Step::End { host, reason, minutes }),
    ]
}

/// A session as the model knows it.
#[derive(Debug, Clone)]
struct Open {
    id: Uuid,
    price: i64,
    is_live: bool,
    /// Whether its host is in the room.
    comes: bool,
    buyers: BTreeSet<usize>,
}

#[derive(Debug, Default)]
struct Model {
    coins: [i64; PEOPLE],
    earned: [i64; HOSTS],
    platform: i64,
    share: i64,
    /// The share that each host's earnings were too small for so far.
    hundredths: [i64; HOSTS],
    /// What was bought, and by whom.
    purchases: BTreeMap<u8, (usize, i64)>,
    open: BTreeMap<usize, Open>,
}

impl Model {
    /// The part of a payment that its earner gets.
    fn pay(&mut self, host: usize, coins: i64) {
        let share = self.hundredths[host] + coins * self.share;
        let kept = share / 100;
        self.hundredths[host] = share % 100;
        self.platform += kept;
        self.earned[host] += coins - kept;
    }

    /// What is held until sessions have been.
    fn held(&self) -> i64 {
        let held = |open: &Open| open.price * i64::try_from(open.buyers.len()).unwrap();
        self.open.values().map(held).sum()
    }
}

/// The database, in a transaction that is never committed.
struct Ledger {
    db: Client,
    people: Vec<Uuid>,
    hosts: Vec<Uuid>,
    run: Uuid,
}

impl Ledger {
    async fn of(world: &World) -> Self {
        let own = World::of(&world.info).await;
        own.db.batch_execute("begin").await.unwrap();
        let mut everybody = Vec::new();
        for _ in 0..PEOPLE + HOSTS {
            everybody.push(own.person().await.id);
        }
        let hosts = everybody.split_off(PEOPLE);
        Self {
            db: own.db,
            people: everybody,
            hosts,
            run: Uuid::new_v4(),
        }
    }

    async fn run(&self, statement: &str, parameters: &[&(dyn ToSql + Sync)]) {
        self.db.execute(statement, parameters).await.unwrap();
    }

    /// Asks for a decision; whether it was granted. A refusal is undone, as a transaction of its own would be.
    async fn decide(&self, statement: &str, parameters: &[&(dyn ToSql + Sync)]) -> bool {
        // Limits are another test's business; whose rows these are, too.
        self.run(
            "delete from live.usage where owner_id = any ($1)",
            &[&self.people],
        )
        .await;
        self.db.batch_execute("savepoint decision").await.unwrap();
        let decided = self.db.query_one(statement, parameters).await;
        let end = if decided.is_ok() {
            "release decision"
        } else {
            "rollback to decision; release decision"
        };
        self.db.batch_execute(end).await.unwrap();
        decided.is_ok()
    }

    async fn number(&self, query: &str, parameters: &[&(dyn ToSql + Sync)]) -> i64 {
        self.db.query_one(query, parameters).await.unwrap().get(0)
    }

    async fn balance(&self, user: Uuid) -> i64 {
        let query = "select coalesce((select balance from public.coin_wallets where user_id = $1), 0)";
        self.number(query, &[&user]).await
    }

    /// What a wallet of the house got in this transaction.
    async fn house(&self, kind: &str) -> i64 {
        let query = "select coalesce(sum(amount), 0)::bigint from public.coin_entries
                     where wallet_id = live.house_wallet($1) and created_at = now()";
        self.number(query, &[&kind]).await
    }

    async fn do_step(&self, model: &mut Model, step: &Step) {
        match *step {
            Step::Credit {
                who,
                coins,
                reference,
            } => {
                let name = format!("model:{}:{reference}", self.run);
                let credit = "select live.credit_coins($1, $2, $3)";
                let granted = self.decide(credit, &[&self.people[who], &coins, &name]).await;
                let purchase = *model.purchases.entry(reference).or_insert_with(|| {
                    model.coins[who] += coins;
                    (who, coins)
                });
                assert_eq!(granted, purchase == (who, coins), "{step:?}");
            }
            Step::Share { percent } => {
                let set = "update live.settings set value = $1 where name = 'platform_share_percent'";
                self.run(set, &[&percent]).await;
                model.share = percent;
            }
            Step::Open {
                host,
                price,
                is_live,
                comes,
            } if !model.open.contains_key(&host) => {
                let id = Uuid::new_v4();
                let insert = "insert into public.live_sessions (id, session_type, title, host_id, access, price_coins, status, started_at)
                              select $1, 'video_live', 'T', $2, 'pay_per_view', $3,
                                case when $4 then 'live' else 'preparing' end, case when $4 then now() end";
                let coins = i32::try_from(price).unwrap();
                self.run(insert, &[&id, &self.hosts[host], &coins, &is_live])
                    .await;
                let enter =
                    "insert into live.connections (participant_sid, room_name, room_sid, user_id, joined_at)
                             select $1::uuid::text, 'live_' || $1, 'RM', $2, now() where $3";
                self.run(enter, &[&id, &self.hosts[host], &comes]).await;
                model.open.insert(
                    host,
                    Open {
                        id,
                        price,
                        is_live,
                        comes,
                        buyers: BTreeSet::new(),
                    },
                );
            }
            Step::Buy { who, host, agrees } => {
                let Some(open) = model.open.get_mut(&host) else {
                    return;
                };
                let price = if agrees { open.price } else { open.price + 1 };
                let join = "select live.join_session($1, $2, $3)";
                let granted = self.decide(join, &[&self.people[who], &open.id, &price]).await;
                let has_ticket = open.buyers.contains(&who);
                assert_eq!(granted, has_ticket || agrees && model.coins[who] >= open.price);
                if granted && open.buyers.insert(who) {
                    model.coins[who] -= open.price;
                }
            }
            Step::Gift { who, host, coins } => {
                let Some(open) = model.open.get(&host) else { return };
                let gift = "select live.send_gift($1, $2, $3)";
                let granted = self.decide(gift, &[&self.people[who], &open.id, &coins]).await;
                let may = open.is_live && open.buyers.contains(&who);
                assert_eq!(granted, may && model.coins[who] >= coins);
                if granted {
                    model.coins[who] -= coins;
                    model.pay(host, coins);
                }
            }
            Step::End {
                host,
                reason,
                minutes,
            } => {
                let Some(open) = model.open.remove(&host) else {
                    return;
                };
                let age = "update public.live_sessions set started_at = now() - make_interval(mins => $2::int) where id = $1
                           and status = 'live'";
                self.run(age, &[&open.id, &i32::try_from(minutes).unwrap()]).await;
                self.run("select live.close_session($1, $2)", &[&open.id, &reason])
                    .await;
                let is_refunded = !open.is_live
                    || !open.comes
                    || reason == "failed"
                    || reason == "host_away" && minutes < 10;
                if is_refunded {
                    open.buyers.iter().for_each(|who| model.coins[*who] += open.price);
                } else {
                    model.pay(host, open.price * i64::try_from(open.buyers.len()).unwrap());
                }
            }
            Step::Open { .. } => {}
        }
    }

    async fn agrees_with(&self, model: &Model, step: &Step) {
        for (user, coins) in self.people.iter().zip(model.coins) {
            assert_eq!(self.balance(*user).await, coins, "after {step:?}");
        }
        for (host, coins) in self.hosts.iter().zip(model.earned) {
            assert_eq!(self.balance(*host).await, coins, "after {step:?}");
        }
        assert_eq!(self.house("escrow").await, model.held(), "held after {step:?}");
        assert_eq!(
            self.house("platform").await,
            model.platform,
            "kept after {step:?}"
        );
        let unbalanced = "select count(*) from (select from public.coin_entries where created_at = now()
                          group by transaction_id having sum(amount) <> 0) t";
        assert_eq!(self.number(unbalanced, &[]).await, 0);
    }
}

#[test]
fn the_ledger_does_what_its_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(crate::world());
    let config = Config {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let steps = prop::collection::vec(step(), 1..40);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            let ledger = Ledger::of(&world).await;
            let mut model = Model::default();
            for step in &steps {
                ledger.do_step(&mut model, step).await;
                ledger.agrees_with(&model, step).await;
            }
            // What is checked at commit, without one.
            ledger
                .db
                .batch_execute("set constraints all immediate")
                .await
                .unwrap();
        });
        Ok(())
    });
    outcome.unwrap();
}
