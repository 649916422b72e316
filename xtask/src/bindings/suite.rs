//! Runs the suite of a language over a backend of its own.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use ipelya_core::backend::supabase::{PasswordSession, SupabaseConfig, TokenProvider};
use ipelya_core::domain::ErrorCode;
use ipelya_devstack::install::Installation;
use ipelya_devstack::{Pushes, Refusal, Refusals, Stack, StackInfo, StackOptions};

use super::Language;
use super::generate::{library_folder, renew};
use crate::{repository, say};

/// Who takes part, by the stack's names.
const USERS: [&str; 3] = ["creator", "subscriber", "viewer"];

/// Whether the language's tools are here. Where they aren't, the suite is skipped, which is said; under `CI=true` that is
/// an error.
pub(super) fn is_possible(language: Language) -> Result<bool> {
    let (program, missing) = match language {
        Language::Kotlin => (OsString::from("mvn"), "there is no Maven"),
        Language::Swift => (swift(), "there is no Swift"),
    };
    let is_here = Command::new(program)
        .arg("--version")
        .current_dir(repository())
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_here {
        ensure!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{missing}");
        say(&format!("SKIPPED: the suite of {language:?}, because {missing}"));
    }
    Ok(is_here)
}

/// The tool that `SWIFT` names, or `swift` in a `shared/bin` folder beside the repository, or on the path.
fn swift() -> OsString {
    let beside = repository().join("../shared/bin/swift");
    match std::env::var_os("SWIFT") {
        Some(named) => named,
        None if beside.exists() => beside.into(),
        None => "swift".into(),
    }
}

pub(super) fn run(language: Language) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stack = runtime.block_on(Stack::start(StackOptions::default()))?;
    let refusals = runtime.block_on(refusals())?;
    let delivered = repository().join("target/bindings/pushes");
    renew(&delivered)?;
    let delivering = runtime.spawn(deliver(stack.pushes(), delivered.clone()));
    let outcome = runtime
        .block_on(environment(stack.info(), &refusals))
        .map(|mut environment| {
            environment.push(("IPELYA_PUSHES".into(), delivered.into()));
            environment
        })
        .and_then(|environment| suite(language, &environment));
    delivering.abort();
    runtime.block_on(stack.stop());
    ensure!(outcome?.success(), "the suite of {language:?} failed");
    Ok(())
}

/// Delivers pushes as files, `<token>.<number>.json`: what APNs and FCM do for a phone, for a process that is another language's.
async fn deliver(pushes: Pushes, folder: PathBuf) {
    let mut delivered = 0;
    loop {
        for push in pushes.sent().into_iter().skip(delivered) {
            let name = format!("{}.{delivered}.json", push.token);
            let (written, whole) = (folder.join(format!("{name}.part")), folder.join(&name));
            let text = push.payload.to_string();
            if let Err(error) = fs::write(&written, text).and_then(|()| fs::rename(&written, &whole)) {
                say(&format!("a push can't be delivered: {error}"));
            }
            delivered += 1;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What a Swift package that stands on the core is linked with.
pub(crate) fn swift_links() -> Vec<String> {
    let folder = library_folder().display().to_string();
    let mut links = vec!["-L", &folder, "-rpath", &folder];
    if cfg!(target_os = "linux") {
        // Swift 6.0's Observation for Linux lacks a symbol that nothing calls.
        links.push("--allow-shlib-undefined");
    }
    let arguments = links.into_iter().flat_map(|link| ["-Xlinker", link]);
    arguments.map(str::to_owned).collect()
}

fn suite(language: Language, environment: &[(String, OsString)]) -> Result<ExitStatus> {
    let mut command = match language {
        Language::Kotlin => {
            let library = format!("-Dipelya.library.folder={}", library_folder().display());
            maven_command(&["verify", &library])
        }
        Language::Swift => swift_command("test", &[], environment),
    };
    command
        .envs(environment.iter().cloned())
        .status()
        .context("the suite can't be run")
}

/// Maven over the Kotlin package.
pub(super) fn maven_command(arguments: &[&str]) -> Command {
    let mut maven = Command::new("mvn");
    maven.current_dir(repository().join("bindings/kotlin"));
    // A compiler that runs once isn't worth optimising on the few processors that it needs itself.
    maven.env("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    maven.args(["-B", "-ntp"]).args(arguments);
    maven
}

/// Swift's tool over the package and the library of this machine.
pub(super) fn swift_command(verb: &str, arguments: &[&str], environment: &[(String, OsString)]) -> Command {
    let mut swift = Command::new(swift());
    swift.current_dir(repository().join("bindings/swift"));
    swift.arg(verb).args(swift_links()).args(arguments);
    // Names what reaches into the machine that the tool runs Swift on.
    let names: Vec<&str> = environment.iter().map(|(name, _)| name.as_str()).collect();
    swift.env("SWIFT_ENV", names.join(" "));
    swift
}

/// A backend that refuses with every code there is.
pub(super) async fn refusals() -> Result<Refusals> {
    let codes = ErrorCode::ALL.iter().map(|code| Refusal {
        code: code.as_str().to_owned(),
        status: code.http_status(),
        retryable: code.retryable(),
    });
    Refusals::serve(codes).await
}

/// What a suite is told: where everything is, and a token of everybody who takes part.
pub(super) async fn environment(info: &StackInfo, refusals: &Refusals) -> Result<Vec<(String, OsString)>> {
    let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key)?;
    let mut environment: Vec<(String, OsString)> = vec![
        ("IPELYA_SUPABASE_URL".into(), info.supabase_url.clone().into()),
        ("IPELYA_ANON_KEY".into(), info.anon_key.clone().into()),
        ("IPELYA_LIVEKIT_FFI".into(), media_library()?.into()),
        ("IPELYA_REFUSALS".into(), refusals.url().into()),
    ];
    if let Some(cycles) = std::env::var_os("IPELYA_CYCLES") {
        environment.push(("IPELYA_CYCLES".into(), cycles));
    }
    for name in USERS {
        let Some(user) = info.users.iter().find(|user| user.name == name) else {
            bail!("the stack has no {name}");
        };
        let session = PasswordSession::sign_in(&config, &user.email, &user.password).await?;
        let token = session.access_token().await?;
        environment.push((
            format!("IPELYA_TOKEN_{}", name.to_uppercase()),
            token.expose().into(),
        ));
    }
    if let Some(viewer) = info.user("viewer") {
        let expired = viewer.expired_token(&info.jwt_secret)?;
        environment.push(("IPELYA_TOKEN_EXPIRED".into(), expired.into()));
    }
    Ok(environment)
}

/// LiveKit's library within the repository, where every tool sees it.
fn media_library() -> Result<PathBuf> {
    let installed = Installation::locate().livekit_ffi();
    if installed.starts_with(repository()) {
        return Ok(installed);
    }
    let name = installed.file_name().context("the media library has no name")?;
    let copy = repository().join("target/bindings").join(name);
    if !copy.exists() {
        fs::create_dir_all(repository().join("target/bindings"))?;
        fs::copy(&installed, &copy)?;
    }
    Ok(copy)
}
