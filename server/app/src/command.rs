//! The commands that act once and end.

use std::process::ExitCode;

use crate::{
    authorizations::Receiver,
    config::Config,
    db,
    directory::sync::{Extent, Order, Run, Syncer, Trigger},
    server,
};

/// `secretariat migrate`
pub async fn migrate(config: &Config) -> anyhow::Result<ExitCode> {
    let applied = db::migrate(&db::pool(&config.database)?).await?;
    for migration in &applied {
        println!("applied {migration}");
    }
    if applied.is_empty() {
        println!("nothing to apply");
    }
    Ok(ExitCode::SUCCESS)
}

/// `secretariat sync`: fails when one of the runs did.
pub async fn sync(
    config: &Config,
    services: Vec<String>,
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let pool = db::pool(&config.database)?;
    db::check_migrated(&pool).await?;
    let syncer = server::syncer(config, &pool).await?;
    let order = Order {
        trigger: Trigger::Cli,
        requested_by: None,
        extent: Extent::of(Some(dry_run)),
    };
    let services = (!services.is_empty()).then_some(services);
    let runs = syncer.begin(services.as_deref(), order).await?;
    syncer.finish().await;
    let mut code = ExitCode::SUCCESS;
    let mut conn = pool.get().await?;
    for id in runs {
        let Some(run) = Run::find(&mut conn, id).await? else {
            continue;
        };
        println!(
            "{}: {} new, {} joined, {} changed, {} back, {} gone, {} unchanged",
            run.state,
            run.created,
            run.linked,
            run.changed,
            run.re_enabled,
            run.gone,
            run.unchanged
        );
        if let Some(error) = &run.error {
            println!("  {error}");
        }
        if run.state == "waiting" {
            let percent = run.vanish_share.unwrap_or(0.0) * 100.0;
            println!(
                "  {percent:.0} % of the accounts would vanish: an administrator must approve run {id}"
            );
        }
        if !matches!(run.state.as_str(), "succeeded" | "planned") {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// `secretariat schema`
pub async fn schema(config: &Config, role: &str) -> anyhow::Result<ExitCode> {
    let pool = db::pool(&config.database)?;
    db::check_migrated(&pool).await?;
    // Telling the schema syncs nothing, and must not touch the services.
    let syncer = Syncer::new(pool.clone(), Vec::new(), config.sync.vanish_limit);
    let receiver = Receiver::new(pool.clone(), config);
    let engine = server::engine(config, &pool, syncer, receiver).await?;
    print!("{}", engine.sdl(role));
    Ok(ExitCode::SUCCESS)
}

/// `secretariat config check`: reading it was the check.
pub fn check(config: &Config) -> ExitCode {
    println!(
        "the configuration is sound: {} services, {} providers, listening on {}",
        config.services.len(),
        config.providers.len(),
        config.server.listen
    );
    ExitCode::SUCCESS
}
