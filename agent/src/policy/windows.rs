//! Windows: the administrator's part of the registry, for the computer and for the person. A list of pages is a key with
//! numbered values.

use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use super::{Policy, named};

/// Where Chrome, Chromium, Edge and Firefox look.
const KEYS: [&str; 4] = [
    r"Software\Policies\Google\Chrome",
    r"Software\Policies\Chromium",
    r"Software\Policies\Microsoft\Edge",
    r"Software\Policies\Mozilla\Firefox",
];

pub(super) fn all() -> Vec<Policy> {
    let roots = [("HKEY_LOCAL_MACHINE", LOCAL_MACHINE), ("HKEY_CURRENT_USER", CURRENT_USER)];
    roots.iter().flat_map(|(name, root)| KEYS.iter().flat_map(move |path| in_key(name, root, path))).collect()
}

fn in_key(root_name: &str, root: &Key, path: &str) -> Vec<Policy> {
    let Ok(key) = root.open(path) else { return Vec::new() };
    let place = format!(r"{root_name}\{path}");
    let names: Vec<String> = key.keys().map(Iterator::collect).unwrap_or_default();
    names.iter().filter_map(|name| named(&place, name, &list(&key, name))).collect()
}

fn list(key: &Key, name: &str) -> Vec<String> {
    let Ok(list) = key.open(name) else { return Vec::new() };
    let Ok(values) = list.values() else { return Vec::new() };
    values.filter_map(|(_, value)| String::try_from(value).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Effect;
    use super::*;

    #[test]
    fn policies_of_the_registry_are_read_and_others_are_not() {
        const PATH: &str = r"Software\Bidseal test of policies";
        let lists = [("LocalNetworkAccessBlockedForUrls", "*"), ("HomepageLocation", "https://a.example")];
        for (name, page) in lists {
            let key = CURRENT_USER.create(format!(r"{PATH}\{name}")).unwrap();
            key.set_string("1", page).unwrap();
        }
        let found = in_key("HKEY_CURRENT_USER", CURRENT_USER, PATH);
        CURRENT_USER.remove_tree(PATH).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].pages.as_str(), found[0].effect), ("*", Effect::Blocks));
        assert_eq!(in_key("HKEY_CURRENT_USER", CURRENT_USER, PATH), []);
    }
}
