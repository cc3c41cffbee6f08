use ustream::*;
fn main() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run());
}
async fn run() {
    let a: Vec<String> = std::env::args().collect();
    let ep = Endpoint::practice(a[1].parse().unwrap(), &std::fs::read(&a[2]).unwrap()).unwrap();
    let http = ep.http().build().unwrap();
    for link in &a[3..] {
        let client = Client::new(&ep).unwrap();
        let t0 = std::time::Instant::now();
        println!("== {link}");
        let target: Target = match link.parse() { Ok(t) => t, Err(e) => { println!("   {e}"); continue } };
        let mut access = Access::default();
        access.password = std::env::var("PW").ok();
        access.referrer = std::env::var("REF").ok();
        access.form_defaults = std::env::var("FD").is_ok();
        let found = match client.find(&target, &access).await { Ok(f) => f, Err(e) => { println!("   find: {e} {e:?} {:?}", t0.elapsed()); continue } };
        let rec = match client.recording(found, &access).await { Ok(r) => r, Err(e) => { println!("   {found:?} recording: {e} {e:?} {:?}", t0.elapsed()); continue } };
        println!("   {found:?} {:?} {:?} {:?}ms {} renditions {:?}", rec.title, rec.owner, rec.duration_ms, rec.renditions.len(), t0.elapsed());
        for keep in [Keep::Mp4, Keep::Original] {
            let plan = match rec.plan(&Choice { quality: Quality::Best, keep }) { Ok(p) => p, Err(e) => { println!("   plan {e}"); continue } };
            let (mut ok, mut miss, mut hole) = (0, 0, 0);
            for s in &plan.segments {
                let mut got = false;
                let urls = rec.locate(&plan, s.id);
                for u in urls.iter().take(3) { if http.get(u.clone()).send().await.is_ok_and(|r| r.status().is_success()) { got = true; break } }
                match (got, s.presence) { (true, _) => ok += 1, (false, Presence::Tentative) => miss += 1, _ => hole += 1 }
            }
            println!("   {keep:?} {:?} {} segments: {ok} ok {miss} absent {hole} HOLES", plan.rendition.0, plan.segments.len());
        }
    }
}
