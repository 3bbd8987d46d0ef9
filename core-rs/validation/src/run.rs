//! What a call of the program asks for.

/// The words after the name of a study: `quick`, `folder=…`, `foreign=…`, `perturb=…`.
#[derive(Default)]
pub struct Run {
    /// fewer and smaller cases
    pub quick: bool,
    folder: Option<String>,
    foreign: Option<String>,
    /// where numbers are changed, to see that the harness notices: places with commas between
    perturb: Option<String>,
}

impl Run {
    /// Reads the words; refuses those that it does not know.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let mut run = Self::default();
        for word in words {
            match word.split_once('=') {
                None if word == "quick" => run.quick = true,
                Some(("folder", path)) => run.folder = Some(path.into()),
                Some(("foreign", path)) => run.foreign = Some(path.into()),
                Some(("perturb", place)) => run.perturb = Some(place.into()),
                _ => return Err(format!("there is no option {word}")),
            }
        }
        Ok(run)
    }

    /// The folder of frames.
    pub fn folder(&self) -> Result<&str, String> {
        self.folder.as_deref().ok_or_else(|| "say folder=…".into())
    }

    /// A file of peaks that another program found.
    pub fn foreign(&self) -> Option<&str> {
        self.foreign.as_deref()
    }

    /// Whether a number is to be changed there.
    pub fn perturbed(&self, place: &str) -> bool {
        self.perturb.as_deref().is_some_and(|places| places.split(',').any(|one| one == place))
    }
}
