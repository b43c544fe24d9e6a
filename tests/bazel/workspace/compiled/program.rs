fn main() {
    let program = std::env::args().next().unwrap();
    let data = program + ".runfiles/" + env!("WORKSPACE") + "/data.txt";
    print!("rust: {}", std::fs::read_to_string(data).unwrap());
}
