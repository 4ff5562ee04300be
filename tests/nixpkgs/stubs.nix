# Packages that overlays and the updater depend on: metadata and stand-in modules, so that requirements
# are checked and imports work.
{ lib, self }:
let
  # distribution and modules are given where they are not the attribute's name. What a package needs
  # can be overridden, as an argument of its file in nixpkgs can.
  stub = attribute:
    { version
    , distribution ? attribute
    , modules ? [ (lib.replaceStrings [ "-" ] [ "_" ] attribute) ]
    , needs ? [ ]
    , extras ? { } # name -> attributes
    }:
    lib.makeOverridable
      (needed:
        let
          unexpected = lib.attrNames (removeAttrs needed needs);
        in
        if unexpected != [ ]
        then throw "${attribute} was called with unexpected argument '${lib.head unexpected}'"
        else self.buildPythonPackage {
          pname = distribution;
          inherit version;
          format = "other";
          dontUnpack = true;
          inherit attribute; # makes torch and torch-bin two builds, which conflict
          propagatedBuildInputs = lib.attrValues needed;
          optional-dependencies = lib.mapAttrs (_: map (name: self.${name})) extras;
          installPhase = ''
            site="$out/$sitePackages"
            info="$site/${lib.replaceStrings [ "-" ] [ "_" ] distribution}-${version}.dist-info"
            for module in ${toString modules}; do
              install -D -m 644 ${./anything.py} "$site/$module/__init__.py"
              echo '__version__ = "${version}"' >> "$site/$module/__init__.py"
            done
            mkdir "$info"
            printf '%s\n' 'Metadata-Version: 2.1' 'Name: ${distribution}' 'Version: ${version}' > "$info/METADATA"
          '';
          meta.license = lib.licenses.mit;
        })
      (lib.genAttrs needs (name: self.${name}));
in
lib.mapAttrs stub {
  accelerate = { version = "1.11.0"; needs = [ "torch" ]; };
  anyio.version = "4.11.0";
  backports-zstd = { version = "1.1.0"; modules = [ "backports" ]; };
  beartype.version = "0.22.2";
  boto3 = { version = "1.40.50"; modules = [ "boto3" "botocore" ]; };
  cffi.version = "2.0.0";
  click.version = "8.2.1";
  cryptography.version = "46.0.3";
  datasets.version = "4.2.0";
  encodec = { version = "0.1.1"; needs = [ "torch" "torchaudio" "einops" ]; };
  filelock.version = "3.20.0";
  frozendict.version = "2.4.6";
  google-cloud-storage = { version = "3.4.1"; modules = [ "google" ]; };
  gradio.version = "5.49.1";
  h2.version = "4.3.0";
  hishel.version = "1.1.9";
  httpx = { version = "0.28.1"; extras.http2 = [ "h2" ]; };
  huggingface-hub.version = "0.35.3";
  hydra-core = { version = "1.3.2"; modules = [ "hydra" ]; };
  hypothesis.version = "6.140.3";
  isal.version = "1.8.0";
  jaxtyping.version = "0.3.3";
  jieba.version = "0.42.1";
  jinja2.version = "3.1.6";
  librosa.version = "0.11.0";
  loguru.version = "0.7.3";
  markdown-it-py = { version = "4.0.0"; modules = [ "markdown_it" ]; };
  matplotlib.version = "3.10.7";
  mdformat.version = "1.0.0";
  msgspec.version = "0.20.0";
  numpy.version = "2.3.4";
  nvidia-ml-py = { version = "13.580.82"; modules = [ "pynvml" ]; };
  packaging.version = "25.0";
  platformdirs.version = "4.5.0";
  pydantic.version = "2.12.3";
  pydub.version = "0.25.1";
  pygithub = { version = "2.8.1"; modules = [ "github" ]; };
  pypi-simple.version = "1.8.0";
  pypinyin.version = "0.55.0";
  pytest.version = "9.0.1";
  pyyaml = { version = "6.0.3"; modules = [ "yaml" ]; };
  requests = { version = "2.32.5"; needs = [ "urllib3" ]; };
  rich.version = "14.2.0";
  safetensors.version = "0.6.2";
  scipy.version = "1.16.2";
  sniffio.version = "1.3.1";
  soundfile.version = "0.13.1";
  sympy.version = "1.14.0";
  tenacity.version = "9.1.2";
  tomli.version = "2.3.0";
  torch.version = "2.9.0";
  torch-bin = { version = "2.9.0"; distribution = "torch"; modules = [ "torch" ]; };
  torchaudio = { version = "2.9.0"; needs = [ "torch" ]; };
  torchaudio-bin = { version = "2.9.0"; distribution = "torchaudio"; modules = [ "torchaudio" ]; needs = [ "torch-bin" ]; };
  torchdiffeq = { version = "0.2.5"; needs = [ "torch" ]; };
  torchvision = { version = "0.24.0"; needs = [ "torch" ]; };
  torchvision-bin = { version = "0.24.0"; distribution = "torchvision"; modules = [ "torchvision" ]; needs = [ "torch-bin" ]; };
  tqdm.version = "4.67.1";
  transformers.version = "4.57.1";
  tree-sitter.version = "0.25.2";
  unidecode.version = "1.4.0";
  urllib3.version = "2.5.0";
  wandb.version = "0.22.2";
  x-transformers = { version = "2.9.2"; needs = [ "torch" "einops" ]; };
}
