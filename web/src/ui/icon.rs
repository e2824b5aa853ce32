//! Icons. Lucide for the page's own signs, Simple Icons for the services; Zammad has none there, so a plain one is drawn.

use icondata_core::IconData;
use leptos::prelude::*;

/// An icon, hidden from readers: the words stand beside it or on its button.
#[component]
pub fn Icon(
    icon: &'static IconData,
    #[prop(default = "icon")] class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=class
            viewBox=icon.view_box.unwrap_or("0 0 24 24")
            fill=icon.fill.unwrap_or("currentColor")
            stroke=icon.stroke
            stroke-width=icon.stroke.map(|_| "1.75")
            stroke-linecap=icon.stroke_linecap
            stroke-linejoin=icon.stroke_linejoin
            aria-hidden="true"
            focusable="false"
            inner_html=icon.data
        ></svg>
    }
}

/// The sign of a kind of service, hidden from readers.
#[component]
pub fn ServiceIcon(#[prop(into)] kind: String) -> impl IntoView {
    view! { <Icon icon=service_icon(&kind) class="icon service-icon"/> }
}

fn service_icon(kind: &str) -> &'static IconData {
    match kind {
        "github" => icondata_si::SiGithub,
        "mattermost" => icondata_si::SiMattermost,
        "sentry" => icondata_si::SiSentry,
        "ovh" => icondata_si::SiOvh,
        "nextcloud" => icondata_si::SiNextcloud,
        "matomo" => icondata_si::SiMatomo,
        "zammad" => &ZAMMAD,
        _ => icondata_lu::LuBox,
    }
}

static ZAMMAD: IconData = IconData {
    style: None,
    x: None,
    y: None,
    width: None,
    height: None,
    view_box: Some("0 0 24 24"),
    stroke_linecap: None,
    stroke_linejoin: None,
    stroke_width: None,
    stroke: None,
    fill: None,
    data: r#"<path d="M4 3h16v3.6L9.8 17.4H20V21H4v-3.6L14.2 6.6H4z"/>"#,
};
