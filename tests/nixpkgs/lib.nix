# The part of nixpkgs' lib that overlays use. Meaning and names: Nixpkgs manual, "Functions reference".
let
  inherit (builtins)
    all any attrNames attrValues concatLists concatMap concatStringsSep elem filter foldl' genList
    head isAttrs isFunction isList isString length listToAttrs mapAttrs match replaceStrings
    stringLength substring tail;

  license = free: shortName: { inherit free shortName; fullName = shortName; };

  lib = {
    inherit (builtins)
      all any attrNames attrValues catAttrs compareVersions concatLists concatMap concatStringsSep
      elem elemAt filter foldl' fromJSON fromTOML functionArgs genList getAttr hasAttr head isAttrs
      isBool isInt isList isString length listToAttrs mapAttrs match readFile replaceStrings
      stringLength substring tail toJSON trace;

    # Fixpoints
    fix = f: let x = f x; in x;
    extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
    composeExtensions = f: g: final: prev:
      let fromF = f final prev; in fromF // g final (prev // fromF);
    composeManyExtensions = foldl' lib.composeExtensions (_: _: { });
    makeExtensible = f: lib.fix f // { extend = overlay: lib.makeExtensible (lib.extends overlay f); };

    # Functions
    id = x: x;
    flip = f: a: b: f b a;
    toFunction = value: if lib.isFunction value then value else _: value;
    isFunction = f: isFunction f || (isAttrs f && f ? __functor);
    makeOverridable = f: args:
      let
        result = f args;
        override = new: lib.makeOverridable f (args // lib.toFunction new args);
      in
      if isAttrs result then
        result // { inherit override; }
        // lib.optionalAttrs (result ? overrideAttrs) {
          overrideAttrs = change: lib.makeOverridable (given: (f given).overrideAttrs change) args;
        }
      else result;
    callPackageWith = scope: package: args:
      let
        f = if lib.isFunction package then package else import package;
        wanted = builtins.intersectAttrs (builtins.functionArgs f) scope;
      in
      lib.makeOverridable f (wanted // args);

    # Lists
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: values: if condition then values else [ ];
    toList = value: if isList value then value else [ value ];
    flatten = value: if isList value then concatMap lib.flatten value else [ value ];
    unique = foldl' (seen: value: if elem value seen then seen else seen ++ [ value ]) [ ];
    remove = unwanted: filter (value: value != unwanted);
    last = list: builtins.elemAt list (length list - 1);

    # Attribute sets
    optionalAttrs = condition: set: if condition then set else { };
    genAttrs = names: f: listToAttrs (map (name: { inherit name; value = f name; }) names);
    nameValuePair = name: value: { inherit name value; };
    filterAttrs = keep: set:
      removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    recursiveUpdate = old: new: old // mapAttrs
      (name: value:
        if isAttrs value && isAttrs (old.${name} or null)
        then lib.recursiveUpdate old.${name} value
        else value)
      new;
    recurseIntoAttrs = set: set // { recurseForDerivations = true; };
    isDerivation = value: isAttrs value && value.type or "" == "derivation";

    # Strings
    optionalString = condition: text: if condition then text else "";
    concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
    concatMapStrings = lib.concatMapStringsSep "";
    hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
    hasSuffix = suffix: text:
      let start = stringLength text - stringLength suffix;
      in start >= 0 && substring start (-1) text == suffix;
    removePrefix = prefix: text:
      if lib.hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
    removeSuffix = suffix: text:
      if lib.hasSuffix suffix text
      then substring 0 (stringLength text - stringLength suffix) text
      else text;
    splitString = separator: text: filter isString (builtins.split (lib.escapeRegex separator) text);
    escapeRegex = replaceStrings
      [ "\\" "." "+" "*" "?" "(" ")" "[" "]" "{" "}" "^" "$" "|" ]
      [ "\\\\" "\\." "\\+" "\\*" "\\?" "\\(" "\\)" "\\[" "]" "\\{" "}" "\\^" "\\$" "\\|" ];
    escapeShellArg = text: "'${replaceStrings [ "'" ] [ "'\\''" ] (toString text)}'";
    versionOlder = a: b: builtins.compareVersions a b < 0;
    versionAtLeast = a: b: !lib.versionOlder a b;
    versions = {
      major = version: head (lib.splitString "." version);
      majorMinor = version: concatStringsSep "." (lib.take 2 (lib.splitString "." version));
    };
    take = count: list: genList (builtins.elemAt list) (if count < length list then count else length list);

    # Packages
    getOutput = output: package: package.${output} or package.out or package;
    getBin = lib.getOutput "bin";
    getDev = lib.getOutput "dev";
    getLib = lib.getOutput "lib";
    getStatic = lib.getOutput "static";
    getName = package: package.pname or (builtins.parseDrvName package.name).name;
    getVersion = package: package.version or (builtins.parseDrvName package.name).version;
    getExe = package: "${lib.getBin package}/bin/${package.meta.mainProgram or (lib.getName package)}";
    makeSearchPath = folder: packages: lib.concatMapStringsSep ":" (package: "${package}/${folder}") packages;
    makeBinPath = lib.makeSearchPath "bin";
    cmakeFeature = name: value: "-D${name}:STRING=${value}";
    cmakeBool = name: value: "-D${name}:BOOL=${if value then "TRUE" else "FALSE"}";
    fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    maintainers = { };
    sourceTypes = { binaryNativeCode = { isSource = false; }; fromSource = { isSource = true; }; };
    platforms = {
      linux = [ "x86_64-linux" "aarch64-linux" ];
      darwin = [ "x86_64-darwin" "aarch64-darwin" ];
      unix = lib.platforms.linux ++ lib.platforms.darwin;
      all = lib.platforms.unix;
    };
    licenses = {
      asl20 = license true "asl20";
      bsd2 = license true "bsd2";
      bsd3 = license true "bsd3";
      gpl3Only = license true "gpl3Only";
      gpl3Plus = license true "gpl3Plus";
      isc = license true "isc";
      lgpl3Plus = license true "lgpl3Plus";
      mit = license true "mit";
      mpl20 = license true "mpl20";
      unfree = license false "unfree";
      unfreeRedistributable = license false "unfreeRedistributable";
    };
  };
in
lib
