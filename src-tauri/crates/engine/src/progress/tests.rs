use ustream::SegmentKind;

use super::*;

fn segment(number: u64, duration_ms: u64, length: Option<u64>) -> ExpectedSegment {
    let kind = SegmentKind::Media(number);
    let id = ustream::SegmentId { track: 0, kind };
    ExpectedSegment {
        id,
        duration_ms,
        length,
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn an_interrupted_body_is_not_counted_as_done_and_the_bytes_never_go_back() {
    let meter = Meter::new(None);
    meter.begin_fetch(1000, (0, 0), None);
    let mut broken = meter.incoming(Some(segment(0, 500, Some(100))));
    broken.add(70);
    assert_eq!(meter.view().done_bytes, 70);
    assert_eq!(meter.view().fraction, Some(0.35));
    drop(broken);
    assert_eq!(meter.lock().segments.bytes(), 0);
    assert_eq!(meter.view().done_bytes, 70);
    let mut whole = meter.incoming(Some(segment(0, 500, Some(100))));
    whole.add(100);
    whole.keep();
    assert_eq!(meter.view().done_bytes, 100);
    assert_eq!(meter.view().fraction, Some(0.5));
}

#[test]
fn a_segment_that_is_requested_twice_counts_once() {
    let meter = Meter::new(None);
    meter.begin_fetch(1000, (0, 0), None);
    let both = segment(0, 500, Some(100));
    let (mut slow, mut fast) = (meter.incoming(Some(both)), meter.incoming(Some(both)));
    slow.add(40);
    fast.add(60);
    assert_eq!(meter.view().done_bytes, 60);
    fast.add(40);
    fast.keep();
    drop(slow);
    let view = meter.view();
    assert_eq!((view.done_bytes, view.fraction), (100, Some(0.5)));
}

#[test]
fn a_segment_that_is_fetched_to_be_compared_is_no_progress() {
    let meter = Meter::new(None);
    meter.begin_fetch(1000, (500, 50), None);
    let mut again = meter.incoming(None);
    again.add(50);
    again.keep();
    let view = meter.view();
    assert_eq!((view.done_bytes, view.fraction), (50, Some(0.5)));
}

#[test]
fn a_segment_of_unknown_length_moves_the_bar_too() {
    let meter = Meter::new(None);
    meter.begin_fetch(1000, (0, 0), None);
    let mut body = meter.incoming(Some(segment(0, 500, None)));
    let mut last = 0.0;
    for _ in 0..20 {
        body.add(1 << 18);
        let fraction = meter.view().fraction.unwrap();
        assert!(fraction > last && fraction < 0.5, "{last} {fraction}");
        last = fraction;
    }
    body.keep();
    assert_eq!(meter.view().fraction, Some(0.5));
}

#[test]
fn the_total_is_first_what_the_service_states_and_moves_only_by_more_than_a_tenth() {
    let mut shown = Shown::default();
    let mut total = |estimate, bytes, is_exact| {
        shown.advance(Some(0.1), bytes, (Some(estimate), is_exact));
        shown.total_bytes.unwrap()
    };
    assert_eq!(total(1000, 0, false), 1000);
    assert_eq!(total(1100, 0, false), 1000);
    assert_eq!(total(1101, 0, false), 1101);
    assert_eq!(total(1000, 0, false), 1101);
    assert_eq!(
        total(1150, 1120, false),
        1150,
        "more has come than was expected"
    );
    assert_eq!(total(1151, 1151, true), 1151, "exact at the end");
}

#[test]
fn converting_a_local_file_counts_the_bytes_read() {
    let meter = Meter::new(None);
    meter.begin_reading(JobStage::Converting, 4_000);
    meter.set_read(1_000);
    let view = meter.view();
    assert_eq!(
        (view.stage, view.fraction),
        (JobStage::Converting, Some(0.25))
    );
    assert_eq!((view.done_bytes, view.total_bytes), (1_000, Some(4_000)));
    assert!(view.total_is_exact);
    meter.enter(JobStage::Finishing);
    let view = meter.view();
    assert_eq!((view.bytes_per_second, view.fraction), (None, None));
}

#[test]
fn while_ffmpeg_converts_what_was_downloaded_is_still_here() {
    let meter = Meter::new(None);
    meter.begin_fetch(1000, (1000, 5_000), None);
    meter.enter(JobStage::Converting);
    assert_eq!(meter.view().fraction, None);
    meter.set_fraction(0.5);
    let view = meter.view();
    assert_eq!((view.fraction, view.done_bytes), (Some(0.5), 5_000));
    assert_eq!((view.total_bytes, view.bytes_per_second), (None, None));
    assert_eq!(meter.downloaded().unwrap().done_bytes, 5_000);
}

#[test]
fn a_stage_without_progress_is_stalled_unless_it_is_known_what_it_waits_for() {
    let meter = Meter::new(None);
    let later = |after| Instant::now() + seconds(after);
    assert!(!meter.lock().view(later(29)).stalled);
    assert!(meter.lock().view(later(31)).stalled, "also while resolving");
    meter.wait_for(WaitReason::Network);
    let view = meter.lock().view(later(3600));
    assert!(view.waiting && !view.stalled);
    meter.enter(JobStage::Finishing);
    assert!(!meter.lock().view(later(119)).stalled);
    assert!(meter.lock().view(later(121)).stalled);
}

#[test]
fn a_byte_now_and_then_is_no_progress() {
    let mut state = ProgressState::resolving();
    let start = Instant::now();
    state.begin_fetch(SegmentProgress::new(1000, (0, 0), None), start);
    for second in 0..40 {
        let now = start + seconds(second);
        state.receive(Some((1, segment(0, 1000, None))), 10, now);
        let view = state.view(now);
        assert_eq!(view.stalled, second >= 30);
        assert_eq!(view.silent_seconds, None);
    }
}

#[test]
fn a_wait_for_the_requests_of_other_jobs_is_no_silence() {
    let mut state = ProgressState::resolving();
    let start = Instant::now();
    state.begin_fetch(SegmentProgress::new(1000, (0, 0), None), start);
    state.queued_requests = 2;
    state.update_own_wait(start + seconds(4));
    let view = state.view(start + seconds(600));
    assert!(!view.waiting && !view.stalled);
    assert_eq!(view.silent_seconds, None);
    (state.queued_requests, state.active_requests) = (1, 1);
    state.update_own_wait(start + seconds(600));
    // The four seconds before count, and those after.
    assert_eq!(state.silence(start + seconds(607)), Some(seconds(11)));
    state.active_requests = 0;
    state.update_own_wait(start + seconds(607));
    state.active_requests = 1;
    state.update_own_wait(start + seconds(607));
    let view = state.view(start + seconds(617));
    assert_eq!(
        view.waiting_for,
        Some(WaitReason::Network),
        "21 s of silence"
    );
}

#[test]
fn silence_is_told_after_five_seconds_and_is_a_wait_after_twenty() {
    let mut state = ProgressState::resolving();
    let start = Instant::now();
    state.begin_fetch(SegmentProgress::new(1000, (0, 0), None), start);
    for second in 1..=10 {
        let now = start + seconds(second);
        state.receive(Some((1, segment(0, 1000, Some(100_000)))), 5_000, now);
        state.view(now);
    }
    let last = start + seconds(10);
    let after = |state: &mut ProgressState, silent| state.view(last + seconds(silent));
    let view = after(&mut state, 4);
    assert!(view.bytes_per_second.is_some() && view.silent_seconds.is_none());
    for silent in [5, 8, 19] {
        let view = after(&mut state, silent);
        assert_eq!(view.silent_seconds, Some(silent));
        assert_eq!((view.bytes_per_second, view.seconds_left), (None, None));
        assert_eq!(view.waiting_for, None);
    }
    let view = after(&mut state, 20);
    assert_eq!(view.waiting_for, Some(WaitReason::Network));
    assert_eq!((view.silent_seconds, view.stalled), (None, false));
    // Segments that a server does not have are not the internet.
    state.set_waiting_for(Some(WaitReason::Segments), last);
    let view = after(&mut state, 30);
    assert_eq!(view.waiting_for, Some(WaitReason::Segments));
    let now = last + seconds(31);
    state.receive(None, 1, now);
    assert!(!state.view(now).waiting);
}

#[test]
fn one_failed_request_among_others_that_bring_data_is_no_wait() {
    let mut state = ProgressState::resolving();
    let start = Instant::now();
    state.begin_fetch(SegmentProgress::new(1000, (0, 0), None), start);
    state.receive(None, 5_000, start);
    state.set_waiting_for(Some(WaitReason::Mirror), start);
    assert!(!state.view(start + seconds(1)).waiting);
    assert!(state.view(start + seconds(2)).waiting);
    // A line that was found dead is dead at once.
    state.set_waiting_for(Some(WaitReason::LoginPage), start);
    assert!(state.view(start).waiting);
}

#[test]
fn a_run_that_goes_on_shows_what_is_here_from_its_first_moment() {
    let known = saved::Progress {
        fraction: Some(0.16),
        done_bytes: 40_000,
        total_bytes: Some(250_000),
    };
    let figures = |view: ProgressView| (view.fraction, view.done_bytes, view.total_bytes);
    let before = (Some(0.16), 40_000, Some(250_000));
    assert_eq!(figures(view_of(known)), before);
    let meter = Meter::new(Some(known));
    assert_eq!(figures(meter.view()), before);
    assert_eq!(meter.downloaded(), Some(known));
    meter.enter(JobStage::Moving);
    meter.begin_fetch(1000, (155, 38_000), Some(250_000));
    assert_eq!(figures(meter.view()), before);
    // What a crash has lost is not hidden.
    let meter = Meter::new(Some(known));
    meter.begin_fetch(1000, (50, 12_000), Some(250_000));
    assert_eq!(figures(meter.view()).1, 12_000);
}

#[test]
fn a_job_at_rest_has_no_speed_and_waits_for_nothing() {
    let meter = Meter::new(None);
    meter.begin_fetch(1000, (100, 1_000), Some(10_000));
    meter.incoming(None).add(5_000);
    meter.wait_for(WaitReason::Network);
    let view = meter.view_at_rest();
    assert_eq!((view.fraction, view.done_bytes), (Some(0.1), 1_000));
    assert_eq!((view.bytes_per_second, view.waiting_for), (None, None));
}

#[test]
fn no_time_left_is_above_a_day() {
    let mut state = ProgressState::resolving();
    let start = Instant::now();
    let all = 1 << 40;
    state.begin_fetch(SegmentProgress::new(1000, (0, 0), Some(all)), start);
    for second in 1..=60 {
        let now = start + seconds(second);
        state.receive(Some((1, segment(0, 1000, Some(all)))), 3_000, now);
        assert_eq!(state.view(now).seconds_left, None);
    }
}

impl ProgressState {
    fn resolving() -> Self {
        Meter::new(None).state.into_inner().unwrap()
    }
}

/// A download on a line that stalls and bursts, of segments of any size, with requests that break
/// off or are made twice, and a size that the service states wrongly.
struct Simulation {
    random: fastrand::Rng,
    state: ProgressState,
    now: Instant,
    began: Instant,
    /// The bodies on their way: number, segment, bytes that have come.
    bodies: Vec<(u64, ExpectedSegment, u64)>,
    waiting: Vec<ExpectedSegment>,
    sizes: Vec<u64>,
    /// Whether the servers state the size of a segment before they send it.
    states_length: bool,
    next_body: u64,
    /// Whether a body was lost since the last look, so that the bar may stand.
    has_lost: bool,
    received: u64,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = random.u64(1..150);
        let usual = random.u64(20_000..4_000_000);
        let sizes: Vec<u64> = (0..count)
            .map(|_| random.u64(usual / 4..usual * 2))
            .collect();
        let states_length = random.bool();
        let segments = (0..count)
            .zip(&sizes)
            .map(|(number, size)| segment(number, 6_000, states_length.then_some(*size)));
        let mut waiting: Vec<_> = segments.collect();
        waiting.reverse();
        let real = sizes.iter().sum::<u64>();
        let stated = random.bool().then(|| real * random.u64(3..30) / 10);
        let began = Instant::now();
        let mut state = ProgressState::resolving();
        let total_ms = count * 6_000;
        state.begin_fetch(SegmentProgress::new(total_ms, (0, 0), stated), began);
        Self {
            random,
            state,
            now: began,
            began,
            bodies: Vec::new(),
            waiting,
            sizes,
            states_length,
            next_body: 0,
            has_lost: false,
            received: 0,
        }
    }

    fn is_done(&self) -> bool {
        self.bodies.is_empty() && self.waiting.is_empty()
    }

    fn size(&self, segment: ExpectedSegment) -> u64 {
        let SegmentKind::Media(number) = segment.id.kind else {
            unreachable!("only media is simulated");
        };
        self.sizes[usize::try_from(number).unwrap()]
    }

    /// Lets a tenth of a second pass in which the line brings this many bytes.
    fn step(&mut self, mut bytes: u64) {
        self.now += Duration::from_millis(100);
        while self.bodies.len() < 8 {
            // Sometimes the segment of another body is requested a second time.
            let again = self.random.u8(..) < 10;
            let twice = self.bodies.first().filter(|_| again).map(|body| body.1);
            let Some(segment) = twice.or_else(|| self.waiting.pop()) else {
                break;
            };
            self.next_body += 1;
            self.bodies.push((self.next_body, segment, 0));
        }
        while bytes > 0 && !self.bodies.is_empty() {
            let index = self.random.usize(..self.bodies.len());
            let (number, segment, come) = self.bodies[index];
            let size = self.size(segment);
            let chunk = bytes.min(size - come).min(64_000);
            let body = Some((number, segment));
            self.state.receive(body, chunk, self.now);
            self.received += chunk;
            bytes -= chunk;
            self.bodies[index].2 += chunk;
            if come + chunk == size {
                self.state.segments.keep_body(number);
                self.bodies.retain(|body| body.1.id != segment.id);
            } else if self.random.u16(..) < 100 {
                self.lose(index);
            }
        }
    }

    /// Breaks a body off; its segment is requested again unless another body brings it.
    fn lose(&mut self, index: usize) {
        let (number, segment, _) = self.bodies.swap_remove(index);
        self.state.segments.drop_body(number);
        self.has_lost = true;
        if self.bodies.iter().all(|body| body.1.id != segment.id) {
            self.waiting.push(segment);
        }
    }
}

/// What a reader has seen so far.
struct Reader {
    last: Option<ProgressView>,
    received: u64,
    /// When bytes came last, by the readings of this reader.
    heard: Instant,
    total_moves: u32,
}

impl Reader {
    /// Looks at the simulation and checks what no reader may ever see.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    fn look(&mut self, simulation: &mut Simulation) {
        let now = simulation.now;
        let view = simulation.state.view(now);
        let has_come = simulation.received > self.received;
        if has_come {
            self.heard = now;
        }
        let silent = (now - self.heard).as_secs();
        let fraction = view.fraction.unwrap();
        if let Some(last) = self.last.take() {
            let before = last.fraction.unwrap();
            assert!(view.done_bytes >= last.done_bytes, "{last:?} {view:?}");
            assert!(fraction >= before, "{last:?} {view:?}");
            if has_come && !simulation.has_lost && view.done_bytes > last.done_bytes {
                assert!(fraction > before || fraction >= 0.999, "{last:?} {view:?}");
            }
            if let Some(total) = last.total_bytes
                && view.total_bytes != Some(total)
            {
                self.total_moves += 1;
                let moved = total.abs_diff(view.total_bytes.unwrap());
                let is_called_for = moved > total / 10 || view.done_bytes > total;
                assert!(is_called_for || view.total_is_exact, "{last:?} {view:?}");
            }
        }
        if let Some(total) = view.total_bytes {
            assert!(total >= view.done_bytes, "{view:?}");
            let by_bytes = view.done_bytes as f64 / total as f64;
            let is_near = (by_bytes - fraction).abs() < 0.16;
            assert!(
                is_near || fraction < 0.05 || simulation.has_lost,
                "{view:?}"
            );
        }
        assert!(view.seconds_left.is_none_or(|left| left <= 24 * 3600));
        if now - simulation.began < Duration::from_secs(5) || silent >= 5 {
            assert_eq!(view.seconds_left, None);
        }
        let is_waiting = silent >= 20;
        assert_eq!(view.waiting_for.is_some(), is_waiting, "{silent} {view:?}");
        let told = (silent >= 5 && !is_waiting).then_some(silent);
        assert_eq!(view.silent_seconds, told, "{view:?}");
        assert_eq!(
            view.bytes_per_second.is_some(),
            silent < 5 && view.done_bytes > 0
        );
        self.received = simulation.received;
        self.last = Some(view);
    }
}

#[test]
fn no_reader_of_a_stalling_and_bursting_download_ever_sees_a_falsehood() {
    for seed in 0..100 {
        let mut simulation = Simulation::new(seed);
        let mut reader = Reader {
            last: None,
            received: 0,
            heard: simulation.began,
            total_moves: 0,
        };
        while !simulation.is_done() {
            let (steps, rate) = match simulation.random.u8(..4) {
                0 => (simulation.random.u32(1..400), 0),
                1 => (simulation.random.u32(1..50), 3_000_000),
                _ => (
                    simulation.random.u32(1..200),
                    simulation.random.u64(1_000..400_000),
                ),
            };
            for _ in 0..steps {
                if simulation.is_done() {
                    break;
                }
                simulation.step(rate);
                reader.look(&mut simulation);
            }
        }
        let view = reader.last.unwrap();
        assert_eq!(view.fraction, Some(1.0), "{seed}");
        assert!(view.total_is_exact && view.total_bytes >= Some(view.done_bytes));
        // Without lengths little is known of the segments on their way.
        let most = if simulation.states_length { 12 } else { 20 };
        assert!(reader.total_moves <= most, "{seed}: {}", reader.total_moves);
    }
}
