//! The page's parts, over the browser's own elements. They know no table of the server and keep no state that belongs
//! in the address.

mod act;
mod avatar;
mod bar_chart;
mod button;
mod detail;
mod dialog;
mod dropdown;
mod each;
mod fact_date;
mod icon;
mod index;
pub mod list;
mod marks;
mod progress;
mod shown;
mod split;
mod time;
mod toast;

pub use act::{Act, Confirm, Deed};
pub use avatar::Avatar;
pub use bar_chart::{Bar, BarChart};
pub use button::{Button, Look};
pub use detail::{Detail, DetailTitle, Section};
pub use dialog::Dialog;
pub use dropdown::Dropdown;
pub use each::Each;
pub use fact_date::{FactDate, Saving};
pub use icon::{Icon, ServiceIcon};
pub use marks::{AccountMark, StateMark, Tag, WarningMark};
pub use progress::Progress;
pub use shown::{ErrorNote, Notice, PageTitle, Shown, Skeleton, follow};
pub use split::{Split, is_key, use_open};
pub use time::{Ago, Day};
pub use toast::{ToastRegion, Toasts};
