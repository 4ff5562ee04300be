# buildPythonPackage, and the packages that overlays find.
# Source: Nixpkgs manual, "Python", Building packages and applications.
{ pkgs, lib, site, python }:
self:
let
  # Arguments that do not reach the builder
  hidden = [
    "build-system"
    "dependencies"
    "disabled"
    "doCheck"
    "nativeCheckInputs"
    "checkInputs"
    "checkPhase"
    "pythonImportsCheck"
    "pyproject"
    "optional-dependencies"
  ];

  builder = prefix: wrap:
    let
      build = definition: pkgs.stdenv.mkDerivation (final:
        let
          args = definition final;
          format =
            if args ? format then args.format
            else if args ? pyproject then (if args.pyproject then "pyproject" else "other")
            else "setuptools";
          tools = args.nativeBuildInputs or [ ]
            ++ args.build-system or [ ]
            ++ args.buildInputs or [ ]
            ++ lib.optionals (format == "setuptools") [ self.setuptools self.wheel ]
            ++ lib.optionals (args.doCheck or true) (args.nativeCheckInputs or [ ]);
          builders = lib.optional (format != "other") self.wheelTools;
          needed = args.propagatedBuildInputs or [ ] ++ args.dependencies or [ ];
        in
        removeAttrs args hidden // {
          name = "${prefix}${args.pname}-${args.version}";
          setup = ./python.sh;
          pythonFormat = format;
          pythonInterpreter = python.interpreter;
          hostPython = site.python;
          checkWheel = ./check_wheel.py;
          makeWheel = ./make_wheel.py;
          nativeBuildInputs = [ python ] ++ tools ++ builders;
          propagatedBuildInputs = needed;
          PYTHONPATH = lib.makeSearchPath python.sitePackages
            (python.closure (tools ++ builders ++ needed));
          # Where the requirements of a wheel are looked up
          inputPath = lib.makeSearchPath python.sitePackages (python.closure (needed ++ tools));
          runtimePath = lib.makeSearchPath python.sitePackages (python.closure needed);
          wrapPrograms = wrap;
          sitePackages = python.sitePackages;
          importsCheck = args.pythonImportsCheck or [ ];
          checkPhase = args.checkPhase or args.installCheckPhase or "";
          doCheck = (args.doCheck or true) && (args ? checkPhase || args ? installCheckPhase);
          passthru = {
            dependencies = needed;
            requiredPythonModules = python.closure needed;
            optional-dependencies = args.optional-dependencies or { };
            overridePythonAttrs = change:
              build (now: let old = definition now; in old // lib.toFunction change old);
          }
          // lib.optionalAttrs (!wrap) { pythonModule = python; }
          // args.passthru or { };
        });
    in
    # What overrides a package of an overlay gives it further attributes
    definition:
    if lib.isFunction definition
    then build definition
    else lib.makeOverridable (given: build (_: given)) definition;

  # A distribution of the host's interpreter, with what it requires, in the store
  fromHost = name: pkgs.stdenv.mkDerivation {
    inherit name;
    buildCommand = ''
      ${site.python} -I ${./host_distribution.py} ${name} "$out/${python.sitePackages}"
    '';
    passthru = {
      pname = name;
      version = site.versions.${name} or "";
      pythonModule = python;
      requiredPythonModules = [ ];
    };
  };
in
{
  inherit python;
  inherit (python) pythonVersion;
  pythonOlder = lib.versionOlder python.pythonVersion;
  pythonAtLeast = lib.versionAtLeast python.pythonVersion;
  callPackage = lib.callPackageWith (pkgs // self);
  pythonPackages = self;

  buildPythonPackage = builder "${python.libPrefix}-" false;
  buildPythonApplication = builder "" true;
  hasPythonModule = drv: drv ? pythonModule;
  requiredPythonModules = python.closure;
  makePythonPath = drvs: lib.makeSearchPath python.sitePackages (python.closure drvs);

  setuptools = fromHost "setuptools";
  wheel = fromHost "wheel";
  hatchling = fromHost "hatchling";
  flit-core = fromHost "flit-core";
  poetry-core = fromHost "poetry-core";
  setuptools-scm = fromHost "setuptools-scm";
  wheelTools = pkgs.symlinkJoin {
    name = "wheel-tools";
    paths = [ (fromHost "build") (fromHost "installer") ];
    passthru = { pythonModule = python; requiredPythonModules = [ ]; };
  };

  einops = self.callPackage ./einops { };
}
// import ./stubs.nix { inherit lib self; }
