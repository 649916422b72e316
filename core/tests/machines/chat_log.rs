//! The chat log against the database's list.

use chrono::{DateTime, TimeDelta};
use ipelya_core::chat::{ChatLog, FetchId, WINDOW};
use ipelya_core::domain::{ChatMessage, ErrorCode, LiveError, MessageId, SessionId, UserId};
use proptest::prelude::*;
use uuid::Uuid;

const ME: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));

/// Number `number`, said at second `second`.
fn message(number: u128, second: i64, user_id: UserId, body: &str) -> ChatMessage {
    ChatMessage {
        id: MessageId(Uuid::from_u128(number)),
        session_id: SessionId(Uuid::nil()),
        user_id,
        body: body.into(),
        created_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(second),
    }
}

fn bodies(log: &ChatLog) -> Vec<String> {
    log.snapshot()
        .messages
        .iter()
        .map(|message| message.body.clone())
        .collect()
}

fn pending(log: &ChatLog) -> usize {
    log.snapshot().pending.len()
}

fn lost() -> LiveError {
    LiveError::new(ErrorCode::Internal, "the answer was lost")
}

#[test]
fn what_is_told_twice_and_out_of_order_stands_once_and_in_order() {
    let mut log = ChatLog::new(ME);
    assert!(log.created(message(2, 2, OTHER, "second")));
    assert!(log.created(message(1, 1, OTHER, "first")));
    assert!(!log.created(message(2, 2, OTHER, "second")));
    assert_eq!(bodies(&log), ["first", "second"]);
}

#[test]
fn a_deletion_that_comes_before_its_message_counts() {
    let mut log = ChatLog::new(ME);
    assert!(!log.deleted(MessageId(Uuid::from_u128(1))));
    assert!(!log.created(message(1, 1, OTHER, "gone")));
    assert!(bodies(&log).is_empty());
}

#[test]
fn a_message_on_its_way_is_shown_at_once_and_never_beside_itself() {
    let mut log = ChatLog::new(ME);
    let sent = log.send("hello".into());
    assert_eq!(pending(&log), 1);
    let said = message(1, 1, ME, "hello");
    log.created(said.clone());
    assert_eq!(
        (pending(&log), bodies(&log).len()),
        (0, 1),
        "told before the answer"
    );
    assert_eq!(log.sent(sent, Ok(said.clone())), Ok(said));
    assert_eq!((pending(&log), bodies(&log).len()), (0, 1));
}

#[test]
fn a_refused_message_stays_with_its_error_until_it_is_dismissed() {
    let mut log = ChatLog::new(ME);
    let sent = log.send("hello".into());
    let refusal = LiveError::new(ErrorCode::RateLimited, "slow");
    assert!(!log.dismiss(sent), "it is on its way");
    assert_eq!(log.sent(sent, Err(refusal.clone())), Err(refusal.clone()));
    assert_eq!(log.snapshot().pending[0].error, Some(refusal));
    log.created(message(1, 1, ME, "hello"));
    assert_eq!(
        pending(&log),
        1,
        "a refused one isn't said by another that says the same"
    );
    assert!(log.dismiss(sent));
    assert_eq!(pending(&log), 0);
}

#[test]
fn a_message_whose_answer_is_lost_is_said_when_it_is_told() {
    let mut log = ChatLog::new(ME);
    let said = message(1, 1, ME, "hello");
    let before = log.send("hello".into());
    log.created(said.clone());
    assert_eq!(log.sent(before, Err(lost())), Ok(said), "told before it was lost");
    let after = log.send("bye".into());
    assert_eq!(log.sent(after, Err(lost())), Err(lost()));
    assert_eq!(pending(&log), 1);
    log.created(message(2, 2, ME, "bye"));
    assert_eq!(pending(&log), 0, "told after it was lost");
}

#[test]
fn two_that_say_the_same_are_two() {
    let mut log = ChatLog::new(ME);
    let (first, second) = (log.send("ha".into()), log.send("ha".into()));
    log.created(message(2, 2, ME, "ha"));
    assert_eq!(pending(&log), 1);
    log.sent(first, Ok(message(1, 1, ME, "ha"))).unwrap();
    assert_eq!((pending(&log), bodies(&log).len()), (0, 2));
    assert!(log.sent(second, Err(lost())).is_ok());
}

#[test]
fn a_page_that_says_the_same_as_long_ago_takes_no_message_on_its_way() {
    let mut log = ChatLog::new(ME);
    log.created(message(1, 1, ME, "hello"));
    let fetch = log.fetch();
    log.send("hello".into());
    log.fetched(fetch, vec![message(1, 1, ME, "hello")]);
    assert_eq!(pending(&log), 1);
}

#[test]
fn the_window_keeps_the_newest_and_says_that_there_is_more() {
    let mut log = ChatLog::new(ME);
    for number in 0..=WINDOW as u128 {
        assert!(log.created(message(number, number as i64, OTHER, &number.to_string())));
    }
    let shown = log.snapshot();
    assert_eq!((shown.messages.len(), shown.from_the_beginning), (WINDOW, false));
    assert_eq!(shown.messages[0].body, "1");
    assert!(
        !log.created(message(0, 0, OTHER, "0")),
        "what fell out doesn't come back"
    );
}

/// What happens around the log.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody says something; its time lies up to that many seconds back, as of a slow transaction.
    Say(i64),
    /// The message of that place is deleted.
    Delete(usize),
    /// The news of that place under way arrives; a copy of it stays under way where it is to come twice.
    Arrive(usize, bool),
    /// The socket goes: what is under way is lost, and nothing is told.
    Lose,
    /// The socket is back, and a page is asked for.
    Return,
    /// The database reads the page that was asked for.
    Read,
    /// The page arrives.
    Answer,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0_i64..3).prop_map(Step::Say),
        2 => any::<usize>().prop_map(Step::Delete),
        6 => (any::<usize>(), any::<bool>()).prop_map(|(place, again)| Step::Arrive(place, again)),
        1 => Just(Step::Lose),
        2 => Just(Step::Return),
        2 => Just(Step::Read),
        2 => Just(Step::Answer),
    ];
    proptest::collection::vec(step, 0..400)
}

#[derive(Clone, Debug)]
enum News {
    Created(ChatMessage),
    Deleted(MessageId),
}

struct World {
    log: ChatLog,
    database: Vec<ChatMessage>,
    said: u128,
    online: bool,
    under_way: Vec<News>,
    asked: Option<FetchId>,
    read: Option<(FetchId, Vec<ChatMessage>)>,
}

impl World {
    /// A room where `said` messages were said before this user came.
    fn new(said: u128) -> Self {
        let mut world = Self {
            log: ChatLog::new(ME),
            database: Vec::new(),
            said: 0,
            online: false,
            under_way: Vec::new(),
            asked: None,
            read: None,
        };
        for _ in 0..said {
            world.step(Step::Say(0));
        }
        world.step(Step::Return);
        world
    }

    fn tell(&mut self, news: News) {
        if self.online {
            self.under_way.push(news);
        }
    }

    fn page(&self) -> Vec<ChatMessage> {
        let mut all = self.database.clone();
        all.sort_by_key(|message| std::cmp::Reverse(message.key()));
        all.truncate(WINDOW);
        all
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Say(late) => {
                self.said += 1;
                let second = self.said as i64 * 2 - late * 3;
                let said = message(self.said, second, OTHER, &self.said.to_string());
                self.database.push(said.clone());
                self.tell(News::Created(said));
            }
            Step::Delete(place) => {
                if !self.database.is_empty() {
                    let gone = self.database.remove(place % self.database.len());
                    self.tell(News::Deleted(gone.id));
                }
            }
            Step::Arrive(place, again) => {
                if !self.under_way.is_empty() {
                    let place = place % self.under_way.len();
                    let news = self.under_way[place].clone();
                    if !again {
                        self.under_way.remove(place);
                    }
                    match news {
                        News::Created(message) => drop(self.log.created(message)),
                        News::Deleted(id) => drop(self.log.deleted(id)),
                    }
                }
            }
            Step::Lose => {
                self.online = false;
                self.under_way.clear();
            }
            Step::Return => {
                self.online = true;
                self.asked = Some(self.log.fetch());
            }
            Step::Read => {
                if let Some(asked) = self.asked.take() {
                    self.read = Some((asked, self.page()));
                }
            }
            Step::Answer => {
                if let Some((asked, page)) = self.read.take() {
                    self.log.fetched(asked, page);
                }
            }
        }
    }

    /// Everything that is under way arrives, in this order.
    fn settle(&mut self) {
        if !self.online || self.asked.is_none() && self.read.is_none() {
            self.step(Step::Return);
        }
        self.step(Step::Read);
        self.step(Step::Answer);
        while !self.under_way.is_empty() {
            self.step(Step::Arrive(0, false));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever is lost, told twice or told out of order: once the fetch after the last gap is answered and all
    /// that is under way has come, the log is the newest part of the database's list.
    #[test]
    fn the_log_is_the_newest_part_of_the_databases_list(said in 0_u128..250, steps in steps()) {
        let mut world = World::new(said);
        for step in steps {
            world.step(step);
            let shown = world.log.snapshot();
            prop_assert!(shown.messages.len() <= WINDOW);
            prop_assert!(shown.messages.is_sorted_by(|one, next| one.key() < next.key()));
        }
        world.settle();
        let shown = world.log.snapshot();
        let mut expected = world.database.clone();
        expected.sort_by_key(ChatMessage::key);
        let older = expected.len() - shown.messages.len().min(expected.len());
        prop_assert_eq!(&shown.messages[..], &expected[older..]);
        prop_assert!(older == 0 || !shown.from_the_beginning);
        let deleted = world.said as usize - world.database.len();
        prop_assert!(shown.messages.len() + deleted >= expected.len().min(WINDOW), "more could be shown");
    }
}
