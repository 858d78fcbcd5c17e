//! `fake-server --self-test`: a script played to the client player, over loopback.

use std::{
    io::Write,
    sync::{Arc, mpsc::channel},
    thread,
};

use super::{ALONE, NAME, load, not_started};
use crate::{
    cli::FakeServer,
    cmd::{Context, Exit, Failure, fault},
    ftp::event::Nanos,
    io::{
        client::perform,
        server::{Options, Server, person::Given},
        stdio as streams,
    },
    script::{client, watch::Happening},
    view::server as view,
};

/// Plays the script against itself; exit code 1 where something differs.
pub(super) fn run(asked: &FakeServer, context: &Context, name: &str) -> Result<Exit, Failure> {
    let loaded = load(name, asked, context).map_err(|error| error.told(context, Failure::no))?;
    let folder = loaded.found.folder.clone();
    let plan = client::plan(&loaded.script, &loaded.values, &|path, most| {
        folder.read(path, most as u64).ok()
    });
    let (found, play) = loaded.play(asked, context)?;
    let play = Arc::new(play);
    let options = Options {
        folder: found.folder,
        passive_ports: asked.passive_ports.clone(),
        ..Options::default()
    };
    let mut server = Server::bind(Arc::clone(&play), options)
        .map_err(|error| not_started(context, ALONE, error))?;
    let address = server.addresses()[0];
    let stopper = server.stopper();
    // Where a person would type, the model answer is given.
    let (asks, asked_for) = channel();
    let commander = server.commander();
    thread::spawn(move || {
        for (connection, reply) in asked_for {
            commander.give(connection, Given::Reply(reply));
        }
    });
    let thread = thread::spawn(move || {
        server.run(
            move |connection: u64, _: Nanos, happening: &Happening<'_>| {
                if let Happening::Asks(ask) = happening {
                    let code = || format!("{:0<3} ", ask.code).into_bytes();
                    // A loop that has ended has nobody left to answer for.
                    let _ = asks.send((connection, ask.model.clone().unwrap_or_else(code)));
                }
            },
        )
    });
    let mut differs = Vec::new();
    for session in &plan.sessions {
        let found = perform(address, session)
            .map_err(|error| fault::failed(context, NAME, &fault::reason(&context.text, &error)))?;
        differs.extend(found);
    }
    stopper.stop();
    // A server that panicked has told so itself.
    let _ = thread.join();
    let page = view::self_test(
        &context.text,
        context.out,
        &found.name,
        &play.script,
        &plan,
        &differs,
    );
    let mut out = streams::stdout();
    out.write_all(page.as_bytes())?;
    out.flush()?;
    Ok(if differs.is_empty() && plan.unreached.is_empty() {
        Exit::Done
    } else {
        Exit::No
    })
}
