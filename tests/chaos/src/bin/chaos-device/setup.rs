//! What the device is.

use std::sync::Arc;
use std::time::Duration;

use twedge::client::Client;
use twedge::connection::{AppKey, Endpoint, Incoming, Reply, Settings};
use twedge::model::{BaseType, InfoTable};
use twedge::net::dial::Route;
use twedge::net::proxy::{Proxy, ProxyUser};
use twedge::net::tls::{Anchors, TlsOptions, load_certificates};
use twedge::store::MessageStore;
use twedge::things::{DefaultServices, PropertyDefinition, PropertyHandler};
use twedge::wire::{EntityType, MessageCode};
use twedge_chaos::promise::{Channel, KEY, MESSAGE_STORE, PROXY_PASSWORD, PROXY_USER, THING, VALUE_STORE};

use crate::Error;
use crate::options::Options;

/// Share of a duty cycle period that is spent online, in percent.
const DUTY: u8 = 50;

/// A device that is not connected.
pub fn client(options: &Options) -> Result<Client, Error> {
    let mut endpoint = Endpoint::new("127.0.0.1", options.port);
    endpoint.route = route(options);
    if let Some(ca) = &options.ca {
        let mut anchors = Anchors::default();
        anchors.load(load_certificates(ca)?);
        endpoint.tls = Some(TlsOptions { anchors, ..TlsOptions::default() }.client_config()?);
    }
    let client = Client::new(endpoint, settings(options), || AppKey::new(KEY.as_bytes().to_vec()));
    for channel in Channel::PUSHED {
        let push_type = if channel == Channel::Held { "NEVER" } else { "ALWAYS" };
        let property = PropertyDefinition::new(BaseType::NUMBER, None, Some(push_type), 0.0);
        let registry = &client.things().registry;
        registry.register_property(EntityType::THING, THING, channel.name(), property, Arc::new(Unread))?;
    }
    client.bind(THING, DefaultServices::All)?;
    Ok(client)
}

/// Opens the stores. On a full disk there may be none: then nothing is promised.
pub fn stores(client: &Client, options: &Options) {
    client.store_every_value(options.every_value);
    client.store_values_within(Duration::from_millis(options.window.unwrap_or(0)));
    let mut failed = client.open_value_store(&options.directory.join(VALUE_STORE)).err();
    if options.messages_in_ram {
        client.connection().set_message_store(Some(Arc::new(MessageStore::in_ram())));
    } else {
        failed = failed.or(client.open_message_store(&options.directory.join(MESSAGE_STORE)).err());
    }
    if let Some(error) = failed {
        log::info!("{error}");
    }
}

fn route(options: &Options) -> Route {
    let Some(port) = options.http_proxy else { return Route::Direct };
    let user = options.proxy_user.then(|| ProxyUser {
        name: PROXY_USER.into(),
        password: Arc::new(|| PROXY_PASSWORD.as_bytes().to_vec().into()),
    });
    Route::Proxy(Arc::new(Proxy { host: "127.0.0.1".into(), port, user }))
}

/// A device on a bad network is impatient. With small messages a full store is sent in many of them, and rewritten meanwhile.
fn settings(options: &Options) -> Settings {
    Settings {
        max_message_size: if options.seed % 2 == 0 { 1200 } else { 1 << 20 },
        message_timeout: Duration::from_secs(2),
        ping_rate: Duration::from_secs(1),
        pong_timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(3),
        frame_read_timeout: Duration::from_secs(2),
        connect_retry_interval: Duration::from_millis(20),
        max_connect_delay: Duration::from_millis(300),
        duty_cycle: DUTY,
        duty_cycle_period: Duration::from_millis(options.duty_cycle.unwrap_or(0)),
        ..Settings::default()
    }
}

/// Nobody reads or writes these properties.
struct Unread;

impl PropertyHandler for Unread {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::code(MessageCode::NOT_IMPLEMENTED)
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::NOT_IMPLEMENTED)
    }
}
