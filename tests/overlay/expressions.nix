# What nixpkgs' library makes of texts, as its manual says it, for the expressions that are generated.
let
  inherit (builtins) compareVersions concatStringsSep elemAt genList length splitVersion stringLength substring;
  part = first: count: list: genList (index: elemAt list (first + index)) count;
in
rec {
  take = count: list: part 0 (if count < length list then count else length list) list;
  drop = count: list: if count < length list then part count (length list - count) list else [ ];
  init = list: assert list != [ ]; take (length list - 1) list;
  last = list: assert list != [ ]; elemAt list (length list - 1);
  inherit (builtins) elemAt head length replaceStrings splitVersion stringLength substring tail concatStringsSep;
  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix = suffix: text:
    let start = stringLength text - stringLength suffix; in
    start >= 0 && substring start (-1) text == suffix;
  hasInfix = infix: text:
    builtins.any (start: substring start (stringLength infix) text == infix)
      (genList (start: start) (stringLength text + 1));
  removePrefix = prefix: text:
    if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix = suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  splitString = separator: text:
    let
      size = stringLength separator;
      go = start: place:
        if place + size > stringLength text then [ (substring start (-1) text) ]
        else if substring place size text == separator
        then [ (substring start (place - start) text) ] ++ go (place + size) (place + size)
        else go start (place + 1);
    in
    go 0 0;
  optionalString = condition: text: if condition then text else "";
  toLower = builtins.replaceStrings upper lower;
  toUpper = builtins.replaceStrings lower upper;
  escapeURL = builtins.replaceStrings [ "%" "+" " " "/" "@" ":" ] [ "%25" "%2B" "%20" "%2F" "%40" "%3A" ];
  pipe = builtins.foldl' (value: function: function value);
  letters = text: genList (index: substring index 1 text) (stringLength text);
  upper = letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  lower = letters "abcdefghijklmnopqrstuvwxyz";
  versionOlder = first: second: compareVersions second first == 1;
  versionAtLeast = first: second: ! versionOlder first second;
  versions = rec {
    major = text: elemAt (splitVersion text) 0;
    minor = text: elemAt (splitVersion text) 1;
    patch = text: elemAt (splitVersion text) 2;
    majorMinor = text: concatStringsSep "." (take 2 (splitVersion text));
  };
}
