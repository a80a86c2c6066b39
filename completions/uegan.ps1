# Completion for uegan, made by `uegan completions powershell`.
$UeganWords = @{
    'uegan' = @{ Words = @('enhance', 'batch', 'train', 'eval', 'style-create', 'styles', 'completions', 'doctor', '--version', '--help', '-h'); Values = @{  } }
    'uegan enhance' = @{ Words = @('--style', '-s', '--strength', '--output', '-o', '--in-place', '--format', '--quality', '--metadata', '--preserve', '--sheet', '--force', '-f', '--update', '-u', '--again', '--dry-run', '-n', '--recursive', '-r', '--include', '--exclude', '--files-from', '--null', '-0', '--first-frame', '--max-pixels', '--fail-fast', '--device', '--full-network', '--jobs', '-j', '--json', '--quiet', '-q', '--verbose', '-v', '--no-color', '--help', '-h'); Values = @{ '--style' = 'styles'; '-s' = 'styles'; '--format' = @('jpeg', 'png', 'tiff', 'webp', 'avif', 'heic'); '--metadata' = @('all', 'no-gps', 'none'); '--device' = 'devices' } }
    'uegan batch' = @{ Words = @('--style', '-s', '--strength', '--format', '--quality', '--metadata', '--preserve', '--copy-others', '--force', '-f', '--report', '--include', '--exclude', '--first-frame', '--max-pixels', '--checksum', '--retry-failed', '--watch', '--dry-run', '-n', '--device', '--jobs', '-j', '--engine', '--ray-address', '--json', '--quiet', '-q', '--verbose', '-v', '--no-color', '--help', '-h'); Values = @{ '--style' = 'styles'; '-s' = 'styles'; '--format' = @('jpeg', 'png', 'tiff', 'webp', 'avif', 'heic'); '--metadata' = @('all', 'no-gps', 'none'); '--device' = 'devices'; '--engine' = @('local', 'ray') } }
    'uegan train' = @{ Words = @('--liked', '--raw', '--name', '--overwrite', '--probe', '--tensorboard', '--resume', '--dry-run', '-n', '--preset', '--recipe', '--start', '--steps', '--batch', '--size', '--width', '--attention', '--modulation', '--quality-weight', '--fidelity-weight', '--identity-weight', '--lr', '--seed', '--description', '--author', '--licence', '--license', '--vgg-weights', '--download', '--device', '--json', '--quiet', '-q', '--verbose', '-v', '--no-color', '--help', '-h'); Values = @{ '--preset' = @('quick', 'standard', 'paper', 'natural'); '--recipe' = @('reference', 'paper'); '--start' = 'styles'; '--attention' = @('paper', 'reference', 'prenorm', 'none'); '--modulation' = @('feature', 'pixel', 'none'); '--device' = 'devices' } }
    'uegan eval' = @{ Words = @('--style', '-s', '--results', '--reference', '--liked', '--strength', '--baselines', '--no-baselines', '--nima', '--recursive', '-r', '--include', '--exclude', '--max-pixels', '--html', '--study', '--votes', '--ablation', '--csv', '--fail-under', '--fresh', '--device', '--vgg-weights', '--json', '--quiet', '-q', '--no-color', '--help', '-h'); Values = @{ '--style' = 'styles'; '-s' = 'styles'; '--device' = 'devices' } }
    'uegan style-create' = @{ Words = @('--liked', '--raw', '--from-checkpoint', '--from-run', '--blend', '--from', '--strength', '--description', '--author', '--licence', '--license', '--overwrite', '--vgg-weights', '--quiet', '-q', '--no-color', '--help', '-h'); Values = @{  } }
    'uegan styles' = @{ Words = @('export', 'import', 'list', 'remove', 'rename', 'show', 'verify', '--help', '-h'); Values = @{  } }
    'uegan styles export' = @{ Words = @('--overwrite', '--help', '-h'); Values = @{  } }
    'uegan styles import' = @{ Words = @('--name', '--overwrite', '--help', '-h'); Values = @{  } }
    'uegan styles list' = @{ Words = @('--json', '--no-color', '--help', '-h'); Values = @{  } }
    'uegan styles remove' = @{ Words = @('--help', '-h'); Values = @{  } }
    'uegan styles rename' = @{ Words = @('--overwrite', '--help', '-h'); Values = @{  } }
    'uegan styles show' = @{ Words = @('--preview', '--json', '--no-color', '--help', '-h'); Values = @{  } }
    'uegan styles verify' = @{ Words = @('--json', '--no-color', '--help', '-h'); Values = @{  } }
    'uegan completions' = @{ Words = @('--help', '-h'); Values = @{  } }
    'uegan doctor' = @{ Words = @('--json', '--no-color', '--help', '-h'); Values = @{  } }
}

Register-ArgumentCompleter -Native -CommandName uegan -ScriptBlock {
    param($word, $line, $position)
    $words = @($line.CommandElements | ForEach-Object { $_.ToString() })
    if ($word -ne '') { $words = @($words | Select-Object -SkipLast 1) }
    $path = 'uegan'
    foreach ($one in ($words | Select-Object -Skip 1)) {
        if ($UeganWords.ContainsKey("$path $one")) { $path = "$path $one" }
    }
    $option = $UeganWords[$path].Values[$words[-1]]
    if ($option -is [string]) { $found = @(uegan __complete $option) }
    elseif ($null -ne $option) { $found = $option }
    else { $found = $UeganWords[$path].Words }
    $found | Where-Object { $_ -like "$word*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
