//! Finding out which orders have walked on, and telling of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::event::{Event, Telling};
use super::{Delivery, WebhookFault, WebhookFaultKind, Webhooks};
use crate::simulator::flash::Flash;
use crate::simulator::options::StatusStep;
use crate::simulator::orders::Orders;
use crate::simulator::script::Lots;

/// So often orders are looked at.
const TICK: Duration = Duration::from_millis(15);
/// So long a delivery waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// So many deliveries are under way at once.
const AT_ONCE: usize = 32;
/// An event that is to follow the next one waits no longer for it than this.
const LONGEST_HELD: Duration = Duration::from_secs(1);
/// So many attempts are remembered.
const MOST_REMEMBERED: usize = 10_000;

/// Which deliveries there were, newest last.
#[derive(Debug, Default)]
pub(in crate::simulator) struct Post(Mutex<VecDeque<Delivery>>);

impl Post {
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn note(&self, delivery: Delivery) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST_REMEMBERED {
            kept.pop_front();
        }
        kept.push_back(delivery);
    }
}

/// Tells of changes until `closing` is true or its sender is gone. What has not been taken by then is lost.
pub(in crate::simulator) async fn run(flash: Arc<Flash>, mut closing: watch::Receiver<bool>) {
    let _ = rustls::crypto::ring::default_provider().install_default(); // a second call changes nothing
    let client = reqwest::Client::builder()
        .user_agent("FlashFX")
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .no_proxy()
        .build();
    let Ok(client) = client else {
        tracing::warn!("this machine has no certificates: no webhooks are sent");
        return;
    };
    let mut messenger = Messenger::new(flash, client);
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => break,
            _ = ticks.tick() => messenger.round(),
        }
    }
}

struct Messenger {
    flash: Arc<Flash>,
    client: reqwest::Client,
    withdrawals: Told,
    payments: Told,
    faults: Vec<(WebhookFault, Lots)>,
    count: u64,
    /// An event that goes out after the next one.
    held: Option<(Vec<Parcel>, Instant)>,
    places: Arc<Semaphore>,
    under_way: JoinSet<()>,
}

/// Up to where orders of one kind have been told of.
#[derive(Debug, Default)]
struct Told {
    /// So many orders are known.
    known: usize,
    /// Those that may still walk: the place, and how many statuses have been told.
    walking: Vec<(usize, usize)>,
}

impl Told {
    /// What was there before this simulator began is known as it stands.
    fn from_here<T: Telling>(orders: &Orders<T>, step: StatusStep, now: Timestamp) -> Self {
        let mut told = Self::default();
        told.changes(orders, step, now);
        told
    }

    /// The events since the last time.
    fn changes<T: Telling>(&mut self, orders: &Orders<T>, step: StatusStep, now: Timestamp) -> Vec<Event> {
        let new = self.known..orders.book.len();
        self.known = orders.book.len();
        self.walking.extend(new.map(|place| (place, 0)));
        let mut events = Vec::new();
        self.walking.retain_mut(|(place, told)| {
            let record = orders.book.at(*place);
            let passed = orders.walk(*place, step, now).passed();
            events.extend(passed[*told..].iter().map(|status| record.event(*status, now)));
            *told = passed.len();
            passed.len() < record.route().len()
        });
        events
    }
}

/// One delivery on its way.
struct Parcel {
    url: String,
    signature: Option<String>,
    body: String,
    delivery: Delivery,
    delay: Duration,
    retries: Vec<Duration>,
}

impl Messenger {
    fn new(flash: Arc<Flash>, client: reqwest::Client) -> Self {
        let (options, now) = (flash.options(), flash.now());
        let step = options.status_step;
        let ledger = flash.ledger();
        let withdrawals = Told::from_here(&ledger.withdrawals, step, now);
        let payments = Told::from_here(&ledger.payments, step, now);
        drop(ledger);
        let faults = options.webhooks.faults.iter().map(|fault| (*fault, Lots::new(fault.when))).collect();
        Self {
            flash,
            client,
            withdrawals,
            payments,
            faults,
            count: 0,
            held: None,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            under_way: JoinSet::new(),
        }
    }

    fn round(&mut self) {
        while self.under_way.try_join_next().is_some() {}
        let (options, now) = (self.flash.options(), self.flash.now());
        let step = options.status_step;
        let ledger = self.flash.ledger();
        let mut events = self.withdrawals.changes(&ledger.withdrawals, step, now);
        events.extend(self.payments.changes(&ledger.payments, step, now));
        drop(ledger);
        for event in events {
            self.tell(event, &options.webhooks);
        }
        if let Some((parcels, _)) = self.held.take_if(|(_, since)| since.elapsed() > LONGEST_HELD) {
            self.send(parcels);
        }
    }

    /// One event, with what goes wrong with it.
    fn tell(&mut self, event: Event, webhooks: &Webhooks) {
        if webhooks.url.is_none() && event.callback_uri.is_none() {
            return;
        }
        self.count += 1;
        let struck: Vec<WebhookFaultKind> = self
            .faults
            .iter_mut()
            .filter_map(|(fault, lots)| lots.strikes(fault.when).then_some(fault.kind))
            .collect();
        let struck_by = |kind| struck.contains(&kind);
        if struck_by(WebhookFaultKind::Lost) {
            return;
        }
        let mut parcels = self.parcels(event, webhooks, &struck);
        if struck_by(WebhookFaultKind::Reordered) && self.held.is_none() {
            self.held = Some((parcels, Instant::now()));
            return;
        }
        if let Some((held, _)) = self.held.take() {
            parcels.extend(held);
        }
        self.send(parcels);
    }

    fn parcels(&self, event: Event, webhooks: &Webhooks, struck: &[WebhookFaultKind]) -> Vec<Parcel> {
        let body = if struck.contains(&WebhookFaultKind::Lying) { event.lie } else { event.body };
        let secret = if struck.contains(&WebhookFaultKind::WrongSignature) {
            "somebody else's"
        } else {
            webhooks.secret.as_str()
        };
        let is_signed = !struck.contains(&WebhookFaultKind::Unsigned);
        let signature = is_signed.then(|| sign(&body, secret));
        let delay = struck.iter().find_map(|kind| match kind {
            WebhookFaultKind::Delayed(time) => Some(*time),
            _ => None,
        });
        let parcel = |url: String, is_callback: bool, signature| Parcel {
            url,
            signature,
            body: body.clone(),
            delivery: Delivery {
                request_id: format!("req_{:08}{}", self.count, if is_callback { "c" } else { "" }),
                event: event.name.to_owned(),
                external_id: event.external_id.clone(),
                is_callback,
                status: None,
            },
            delay: delay.unwrap_or_default(),
            retries: webhooks.retries.clone(),
        };
        let registered = webhooks.url.clone().map(|url| parcel(url, false, signature));
        let own = event.callback_uri.map(|mut uri| {
            if struck.contains(&WebhookFaultKind::WrongSignature) {
                uri.push('x');
            }
            parcel(uri, true, None)
        });
        let mut parcels = Vec::new();
        for parcel in registered.into_iter().chain(own) {
            if struck.contains(&WebhookFaultKind::Doubled) {
                parcels.push(parcel.again());
            }
            parcels.push(parcel);
        }
        parcels
    }

    /// One after the other, but none waits for another to be tried again.
    fn send(&mut self, parcels: Vec<Parcel>) {
        let (client, flash, places) =
            (self.client.clone(), Arc::clone(&self.flash), Arc::clone(&self.places));
        self.under_way.spawn(async move {
            let mut again = JoinSet::new();
            for parcel in parcels {
                if !parcel.attempt(&client, &flash.post, &places, parcel.delay).await {
                    let (client, flash, places) = (client.clone(), Arc::clone(&flash), Arc::clone(&places));
                    again.spawn(async move {
                        for pause in &parcel.retries {
                            if parcel.attempt(&client, &flash.post, &places, *pause).await {
                                break;
                            }
                        }
                    });
                }
            }
            while again.join_next().await.is_some() {}
        });
    }
}

impl Parcel {
    fn again(&self) -> Self {
        Self {
            url: self.url.clone(),
            signature: self.signature.clone(),
            body: self.body.clone(),
            delivery: self.delivery.clone(),
            delay: self.delay,
            retries: self.retries.clone(),
        }
    }

    /// Delivers once. Says whether it was taken.
    async fn attempt(
        &self,
        client: &reqwest::Client,
        post: &Post,
        places: &Semaphore,
        pause: Duration,
    ) -> bool {
        tokio::time::sleep(pause).await;
        let _place = places.acquire().await;
        let mut request = client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("flashfx-request-id", &self.delivery.request_id);
        if let Some(signature) = &self.signature {
            request = request.header("flashfx-signature", signature);
        }
        let answer = request.body(self.body.clone()).send().await;
        let status = answer.ok().map(|answer| answer.status());
        let is_taken = status.is_some_and(|status| status.is_success());
        post.note(Delivery { status: status.map(|status| status.as_u16()), ..self.delivery.clone() });
        is_taken
    }
}

fn sign(body: &str, secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, body.as_bytes()))
}
