# mkDerivation on the host's tools. Source: Nixpkgs manual, "The Standard Environment".
{ lib, site, config, system }:
let
  hostPlatform = {
    inherit system;
    isAarch64 = lib.hasPrefix "aarch64-" system;
    isx86_64 = lib.hasPrefix "x86_64-" system;
    isLinux = lib.hasSuffix "-linux" system;
    isDarwin = lib.hasSuffix "-darwin" system;
  };

  # Arguments that are for evaluation only
  hidden = [ "env" "meta" "passthru" "finalPackage" ];

  mkDerivation = definition: make (if lib.isFunction definition then definition else _: definition);

  make = definition:
    let
      args = definition (args // { finalPackage = package; });
      name = args.name or "${args.pname}-${args.version}";
      plain = derivation (
        {
          builder = site.bash;
          args = [ "-e" ./stdenv.sh ];
          PATH = lib.concatStringsSep ":" (binaries args ++ [ site.path ]);
          SOURCE_DATE_EPOCH = "315532800"; # 1980-01-01, the first day that a zip file can hold
          LANG = "C.UTF-8";
        }
        // removeAttrs args hidden
        // args.env or { }
        // { inherit name system; }
      );
      package = plain // args.passthru or { } // {
        inherit name;
        meta = args.meta or { };
        passthru = args.passthru or { };
        overrideAttrs = change: make (final:
          let previous = definition final;
          in previous // apply change final previous);

        # As in nixpkgs only what leads to a build is refused: name and version stay readable
        drvPath = licensed name args plain.drvPath;
        outPath = licensed name args plain.outPath;
      };
    in
    package;

  # An override is a set, `previous: set` or `final: previous: set`
  apply = change: final: previous:
    let first = lib.toFunction change previous;
    in if lib.isFunction first then change final previous else first;

  binaries = args: map (package: "${package}/bin") (
    lib.filter lib.isDerivation (lib.concatMap (name: args.${name} or [ ]) [
      "nativeBuildInputs"
      "nativeCheckInputs"
      "buildInputs"
    ])
  );

  licensed = name: args: value:
    let
      unfree = lib.filter (license: !(license.free or true)) (lib.toList (args.meta.license or [ ]));
      allowed = config.allowUnfree or false
        || (config.allowUnfreePredicate or (_: false)) (args // { inherit name; });
    in
    if unfree == [ ] || allowed then value
    else throw "Package ‘${name}’ has an unfree license (‘${(lib.head unfree).shortName}’), refusing to evaluate.";
in
{
  inherit mkDerivation hostPlatform system;
  buildPlatform = hostPlatform;
  inherit (hostPlatform) isAarch64 isx86_64 isLinux isDarwin;
}
