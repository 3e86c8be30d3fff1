use super::*;
use crate::connection::{Answer, Outcome};
use crate::things::PushCallback;
use crate::wire::Header;

type Outcomes = Arc<Mutex<Vec<(u32, Result<MessageCode, RequestError>)>>>;

fn recorder() -> (PushCallback, Outcomes) {
    let outcomes = Outcomes::default();
    let record = outcomes.clone();
    let callback = move |id, outcome: Outcome| {
        record.lock().unwrap().push((id, outcome.map(|answer| answer.code())));
    };
    (Arc::new(callback), outcomes)
}

fn answer(code: MessageCode) -> Outcome {
    Ok(Answer { header: Header::new(code, 1, 1), reason: None, content: None })
}

impl Scripted {
    fn deliver(&self, id: u32, outcome: Outcome) {
        let mut callbacks = self.callbacks.lock().unwrap();
        let place = callbacks.iter().position(|(own, _)| *own == id).unwrap();
        let (id, callback) = callbacks.remove(place);
        drop(callbacks);
        callback(id, outcome);
    }
}

fn push(device: &Device, platform: &Scripted, done: &PushCallback) -> (Vec<u32>, Result<(), PushError>) {
    device.values.push_async(Some(&device.thing), NOW, platform, done)
}

#[test]
fn ids_are_of_queued_and_folded_calls_and_values_stay_until_answered() {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    device.fold("q", 2.0).unwrap();
    let platform = Scripted::online();
    let (done, outcomes) = recorder();
    assert_eq!(push(&device, &platform, &done), (vec![100, 101], Ok(())));
    assert_eq!(platform.numbers(), [1.0, 2.0]);
    assert_eq!(device.queued(), [1.0]);
    assert_eq!(push(&device, &platform, &done), (vec![], Ok(())), "what is under way is not sent again");
    device.push(&platform).unwrap();
    assert!(platform.numbers().is_empty());
    platform.deliver(100, answer(MessageCode::SUCCESS));
    platform.deliver(101, answer(MessageCode::INTERNAL_SERVER_ERROR));
    assert!(device.queued().is_empty());
    let codes = [(100, Ok(MessageCode::SUCCESS)), (101, Ok(MessageCode::INTERNAL_SERVER_ERROR))];
    assert_eq!(*outcomes.lock().unwrap(), codes);
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [2.0], "refused, so it is sent again");
}

#[test]
fn a_call_that_cannot_be_sent_has_id_0_and_no_callback() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Scripted::online();
    platform.answer([Err(RequestError::NotConnected)]);
    let (done, outcomes) = recorder();
    let (ids, result) = push(&device, &platform, &done);
    assert_eq!((ids, result.unwrap_err().result()), (vec![0], 1113));
    assert!(outcomes.lock().unwrap().is_empty());
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0]);
}

#[test]
fn a_callback_that_is_never_called_gives_the_values_back() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Scripted::online();
    let (done, _) = recorder();
    push(&device, &platform, &done).1.unwrap();
    platform.callbacks.lock().unwrap().clear();
    platform.take();
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0]);
}

#[test]
fn a_lost_answer_sends_the_values_again() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Scripted::online();
    let (done, outcomes) = recorder();
    push(&device, &platform, &done).1.unwrap();
    platform.deliver(100, Err(RequestError::TimedOut(Duration::from_secs(10))));
    assert_eq!(outcomes.lock().unwrap().len(), 1);
    platform.take();
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0]);
}

#[test]
fn a_callback_may_push() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Arc::new(Scripted::online());
    let (values, thing, again) = (device.values.clone(), device.thing.clone(), platform.clone());
    let done: PushCallback = Arc::new(move |_, _| {
        let value = PropertyValue::new("p", Value::Number(2.0), 1);
        values.set_and_push(&thing, value, false, LIMIT, NOW, &*again).unwrap();
    });
    push(&device, &platform, &done).1.unwrap();
    platform.deliver(100, answer(MessageCode::SUCCESS));
    assert_eq!(platform.numbers(), [1.0, 2.0]);
    assert!(device.queued().is_empty());
}
