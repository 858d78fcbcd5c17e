//! `lab print`: a sheet on paper, for the students or with the answers.

use std::io::Write;

use super::library;
use crate::{
    cli::LabPrint,
    cmd::{Context, Exit, Failure, fake_server, fault, params},
    io::{file, stdio as streams},
    lab::{
        sheet::{Kind, Language, Server, Sheet},
        template::{Line, Name, Place, What},
    },
    say,
    script::params::{Domain, Values},
    view::{
        lab::print::Handout,
        text::{Lang, Text},
    },
};

/// The subcommand, in what goes wrong.
const NAME: &str = "lab print";
/// Where `lab run` has the sheet's own servers.
const HOST: &str = "127.0.0.1";

/// Prints a sheet to standard output, or where `--output` says.
///
/// # Errors
/// Where there is no such sheet, or it is faulty; where the file cannot be written.
pub(super) fn run(context: &Context, asked: &LabPrint) -> Result<Exit, Failure> {
    let (found, sheet) = library::open(context, NAME, &asked.sheet)?;
    let text = Text::new(match sheet.head.language {
        Language::English => Lang::En,
        Language::French => Lang::Fr,
    });
    let params = resolve(context, &sheet, asked)?;
    let values = Known {
        sheet: &sheet,
        student: asked.student.as_deref(),
        params: &params,
    };
    let script = |name: &str| {
        let script = found.script(name).ok().flatten()?;
        Some(String::from_utf8_lossy(&script.text).into_owned())
    };
    let handout = Handout {
        text: &text,
        sheet: &sheet,
        key: asked.key,
        value: &|name| values.value(name),
        script: &script,
    };
    let page = if asked.html {
        handout.html()
    } else {
        handout.markdown()
    };
    let Some(output) = &asked.output else {
        let mut out = streams::stdout();
        out.write_all(page.as_bytes())?;
        out.flush()?;
        return Ok(Exit::Done);
    };
    let fail = |error| fault::failed(context, NAME, &fault::file(&context.text, &error));
    file::write(output, asked.force, page.as_bytes()).map_err(fail)?;
    streams::complain(&say!(
        context.text,
        "labprint-done",
        path = fault::shown(output)
    ));
    Ok(Exit::Done)
}

/// What is known before anybody works.
struct Known<'a> {
    sheet: &'a Sheet,
    student: Option<&'a str>,
    params: &'a Values,
}

impl Known<'_> {
    fn value(&self, name: &Name) -> Option<String> {
        match &name.what {
            What::Student => self.student.map(str::to_owned),
            What::Param(param) => self.params.get(param).cloned(),
            What::Server(place) => {
                let (host, port) = self.place(name.line)?;
                Some(match place {
                    Place::Both => format!("{host} {port}"),
                    Place::Host => host,
                    Place::Port => port.to_string(),
                })
            }
            _ => None,
        }
    }

    /// Where the server of a line is, as `lab run` has it.
    fn place(&self, line: Line) -> Option<(String, u16)> {
        let port = fake_server::usual_port(self.student);
        match (line, &self.sheet.head.server) {
            (Line::A, Server::Real(host, port)) => Some((host.clone(), *port)),
            (Line::A, Server::Script(_)) => Some((HOST.to_owned(), port)),
            (Line::A, Server::None) => {
                let own = |kind: &Kind| match kind {
                    Kind::Server(server) => server.line == Line::A,
                    Kind::Ftp(ftp) => ftp.line == Line::A,
                    _ => false,
                };
                let any = self.sheet.blocks().any(|block| own(&block.kind));
                any.then(|| (HOST.to_owned(), port))
            }
            (Line::B, _) => Some((HOST.to_owned(), port.saturating_add(2))),
        }
    }
}

/// The sheet's parameters: for this student, or as they were given.
fn resolve(context: &Context, sheet: &Sheet, asked: &LabPrint) -> Result<Values, Failure> {
    let student = asked.student.as_deref();
    let mut values = params::resolve(context, NAME, &sheet.head.params, &asked.param, student)?;
    // What differs from student to student is a blank on a handout for all of them.
    if asked.student.is_none() {
        for param in &sheet.head.params {
            let is_given = asked.param.iter().any(|(name, _)| *name == param.name);
            if !is_given && !matches!(param.domain, Domain::Default(_)) {
                values.remove(&param.name);
            }
        }
    }
    Ok(values)
}
