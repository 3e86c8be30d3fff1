use std::sync::Mutex;

use super::*;
use crate::things::{DefaultHandler, DefaultServices, FILE_SERVICES, TUNNEL_SERVICES, UpdateObserver};

const THING: EntityType = EntityType::THING;

struct Fallback(Option<Reply>);

impl DefaultHandler for Fallback {
    fn handle(&self, _call: &Incoming) -> Option<Reply> {
        self.0.clone()
    }
}

fn result(registry: &Registry, service: &str) -> Option<String> {
    call(registry, "T", service).2.map(|text| text.to_string())
}

/// Everything that could serve a request, from the weakest to the strongest: each one added takes over.
#[test]
fn the_first_hit_of_the_specified_order_serves() {
    let registry = Registry::new();
    let (tunnel, file, other) = (TUNNEL_SERVICES[0], FILE_SERVICES[0], "Other");
    let served = || [tunnel, file, other].map(|service| result(&registry, service).unwrap_or_default());
    assert_eq!(served(), ["", "", ""]);
    assert_eq!(call(&registry, "T", other).0, MessageCode::NOT_FOUND);
    let default = Reply::content(InfoTable::single("result", Value::string("default")));
    registry.set_default_handler(Some(Arc::new(Fallback(Some(default)))));
    assert_eq!(served(), ["default", "default", "default"]);
    registry.set_tunnel_services(Some(named("tunnels")));
    registry.set_file_services(Some(named("files")));
    assert_eq!(served(), ["tunnels", "files", "default"]);
    let add = |name: &'static str| registry.register_service_handler(THING, "T", name, named(name)).unwrap();
    add("*");
    assert_eq!(served(), ["*", "*", "*"]);
    for name in [tunnel, file, other] {
        add(name);
    }
    assert_eq!(served(), [tunnel, file, other]);
    add("*B");
    assert_eq!(served(), ["*B", "*B", other]);
    add("*T");
    add("*F");
    assert_eq!(served(), ["*T", "*F", other]);
}

#[test]
fn wildcards_are_of_their_thing_and_kind() {
    let registry = Registry::new();
    registry.register_service_handler(THING, "T", "*", named("s")).unwrap();
    assert_eq!(call(&registry, "U", "x").0, MessageCode::NOT_FOUND);
    let read = |name| registry.answer(&incoming(MessageCode::GET, Characteristic::PROPERTIES, "T", name)).unwrap();
    assert_eq!(read("x").code, MessageCode::NOT_FOUND);
    registry.register_property_handler(THING, "T", "*", named("p")).unwrap();
    assert_eq!(read("").code, MessageCode::SUCCESS, "reading all properties is a name like any other");
}

#[test]
fn built_in_services_serve_any_entity_unless_told_to_serve_bound_things_only() {
    let registry = Registry::new();
    let (file, tunnel) = (FILE_SERVICES[0], TUNNEL_SERVICES[0]);
    registry.set_file_services(Some(named("files")));
    registry.set_tunnel_services(Some(named("tunnels")));
    let served = |service| result(&registry, service).unwrap_or_default();
    assert_eq!((served(file), served(tunnel)), ("files".into(), "tunnels".into()));
    assert!(registry.has_built_in(b"T", file.as_bytes()) && !registry.has_built_in(b"T", b"Other"));
    registry.set_bound_things_only(true);
    assert_eq!((served(file), served(tunnel)), (String::new(), String::new()));
    assert!(!registry.has_built_in(b"T", file.as_bytes()));
    registry.register_service_handler(THING, "T", "*", named("*")).unwrap();
    assert_eq!(served(file), "*", "what is registered is served, bound or not");
    assert!(registry.unregister_thing(&"T".into()));
    registry.bind(&"T".into(), DefaultServices::None).unwrap();
    assert_eq!((served(file), served(tunnel)), ("files".into(), "tunnels".into()));
}

#[test]
fn built_in_services_serve_no_properties() {
    let registry = Registry::new();
    registry.set_file_services(Some(named("files")));
    let read = incoming(MessageCode::GET, Characteristic::PROPERTIES, "T", FILE_SERVICES[0]);
    assert_eq!(registry.answer(&read).unwrap().code, MessageCode::NOT_FOUND);
}

#[test]
fn events_go_to_the_default_handler_only() {
    let registry = Registry::new();
    registry.register_event(THING, "T", "e", crate::things::EventDefinition::default()).unwrap();
    for kind in [Characteristic::EVENTS, Characteristic(9)] {
        let event = incoming(MessageCode::POST, kind, "T", "e");
        registry.set_default_handler(None);
        assert_eq!(registry.answer(&event), Some(Reply::code(MessageCode::NOT_FOUND)));
        registry.set_default_handler(Some(Arc::new(Fallback(None))));
        assert_eq!(registry.answer(&event), None);
    }
}

#[test]
fn put_writes_and_every_other_method_reads() {
    let registry = Registry::new();
    registry.register_property_handler(THING, "T", "a", named("p")).unwrap();
    let answer = |code, params: Option<InfoTable>| {
        let mut call = incoming(code, Characteristic::PROPERTIES, "T", "a");
        call.request.params = params;
        registry.answer(&call).unwrap()
    };
    for code in [MessageCode::GET, MessageCode::POST, MessageCode::DELETE] {
        assert_eq!(answer(code, None).code, MessageCode::SUCCESS);
    }
    let written = answer(MessageCode::PUT, Some(InfoTable::single("a", Value::Integer(1))));
    assert_eq!(written, Reply::code(MessageCode::FORBIDDEN), "the answer to a write has no content");
    assert_eq!(answer(MessageCode::PUT, None), Reply::code(MessageCode::BAD_REQUEST));
    let unknown = incoming(MessageCode::PUT, Characteristic::PROPERTIES, "T", "b");
    assert_eq!(registry.answer(&unknown), Some(Reply::code(MessageCode::NOT_FOUND)), "looked up first");
}

struct Replies(Reply);

impl ServiceHandler for Replies {
    fn call(&self, _call: &Incoming) -> Reply {
        self.0.clone()
    }
}

fn answer_of(reply: Reply) -> Reply {
    let registry = Registry::new();
    registry.register_service_handler(THING, "T", "s", Arc::new(Replies(reply))).unwrap();
    registry.answer(&incoming(MessageCode::POST, Characteristic::SERVICES, "T", "s")).unwrap()
}

#[test]
fn codes_that_are_no_answers_become_0xa0() {
    let table = InfoTable::single("result", Value::Integer(1));
    for code in [0, 1, 0x3f] {
        let reply = answer_of(Reply { content: Some(table.clone()), ..Reply::code(MessageCode(code)) });
        assert_eq!((reply.code, reply.content), (MessageCode::INTERNAL_SERVER_ERROR, Some(table.clone())));
    }
    assert_eq!(answer_of(Reply::code(MessageCode(0x41))).code, MessageCode(0x41));
}

#[test]
fn the_reason_of_a_failing_service_is_the_column_of_that_name() {
    let reason = |code, value| {
        let table = InfoTable::single("reason", value);
        let reply = answer_of(Reply { content: Some(table.clone()), ..Reply::code(code) });
        assert_eq!(reply.content, Some(table), "sent as well");
        reply.reason
    };
    let failed = MessageCode::INTERNAL_SERVER_ERROR;
    assert_eq!(reason(failed, Value::string("sensor offline")), Some("sensor offline".into()));
    assert_eq!(reason(MessageCode::SUCCESS, Value::string("x")), None);
    assert_eq!(reason(failed, Value::Integer(1)), None);
}

#[derive(Default)]
struct Marked(Mutex<Vec<Text>>);

impl UpdateObserver for Marked {
    fn update_requested(&self, thing: &Text) -> bool {
        self.0.lock().unwrap().push(thing.clone());
        *thing != *"Done"
    }
}

#[test]
fn notify_property_update_marks_bound_things() {
    let registry = Registry::new();
    let observer = Arc::new(Marked::default());
    registry.set_update_observer(Some(observer.clone()));
    for thing in ["A", "B", "Done"] {
        registry.bind(&thing.into(), DefaultServices::WithoutMetadata).unwrap();
    }
    assert_eq!(call(&registry, "B", "GetMetadata").0, MessageCode::NOT_FOUND);
    for thing in ["B", "A", "Done"] {
        assert_eq!(call(&registry, thing, "NotifyPropertyUpdate"), (MessageCode::SUCCESS, None, None));
    }
    assert_eq!(*observer.0.lock().unwrap(), ["B", "A", "Done"].map(Text::from));
    assert!(!registry.needs_update(b"Done"), "synchronized already, says the observer");
    assert!(registry.needs_update(b"A"));
    assert_eq!(registry.take_update_requests(), ["A", "B"].map(Text::from), "in the order of binding");
    assert!(registry.take_update_requests().is_empty());

    registry.unbind(&"B".into());
    assert_eq!(call(&registry, "B", "NotifyPropertyUpdate").0, MessageCode::SUCCESS, "the service stays registered");
    assert!(registry.take_update_requests().is_empty());
}

#[test]
fn the_application_s_own_default_service_wins() {
    let registry = Registry::new();
    registry.register_service_handler(THING, "T", "GetMetadata", named("own")).unwrap();
    registry.bind(&"T".into(), DefaultServices::All).unwrap();
    assert_eq!(result(&registry, "GetMetadata").as_deref(), Some("own"));
    registry.bind(&"U".into(), DefaultServices::None).unwrap();
    assert_eq!(call(&registry, "U", "NotifyPropertyUpdate").0, MessageCode::NOT_FOUND);
}

/// A handler that registers while it runs would wait for itself if a lock were held.
#[test]
fn no_lock_is_held_while_a_handler_runs() {
    struct Registers(Arc<Registry>);
    impl ServiceHandler for Registers {
        fn call(&self, call: &Incoming) -> Reply {
            self.0.register_service_handler(THING, "T", "new", named("new")).unwrap();
            self.0.unregister(&call.request.entity, Characteristic::SERVICES, &call.request.name).unwrap();
            self.0.set_default_handler(None);
            Reply::code(MessageCode::SUCCESS)
        }
    }
    let registry = Registry::new();
    registry.register_service_handler(THING, "T", "s", Arc::new(Registers(registry.clone()))).unwrap();
    assert_eq!(call(&registry, "T", "s").0, MessageCode::SUCCESS);
    assert_eq!(call(&registry, "T", "s").0, MessageCode::NOT_FOUND);
    assert_eq!(result(&registry, "new").as_deref(), Some("new"));
}
