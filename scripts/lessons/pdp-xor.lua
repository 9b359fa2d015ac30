#!/usr/bin/env moongrad
-- McClelland and Rumelhart, 1988: the program bp learns XOR.

print [[
XOR by the program bp
Source: James McClelland and David Rumelhart, Explorations in Parallel Distributed Processing, MIT Press 1988

A network 2-2-1, all rows at once, eta .5, momentum .9, from the book's weights. The book watches tss, the sum of
squares over the four rows, before each update, and stops when it is below .04.

For 200 epochs next to nothing happens, all four predictions near .5; then one hidden unit learns "or", the other
"and", and within 50 epochs it is solved.
]]

X, y = data.xor()

local function network_of_1988(optimizer)
  return network{2, 2, 1, eta = .5, optimizer = optimizer, X = X, y = y, init = {
    {{-.276589, .432171, .448781}, {-.402498, -.038413, .036489}},
    {{.279299, .272080, .081714}},
  }}
end

-- Epochs, counted as the book does, until tss is below .04; and the tss of each.
local function solve(net)
  local tss = {net:step(0).tss}
  while tss[#tss] >= .04 do tss[#tss + 1] = net:step().tss end
  return #tss, tss
end

NET = network_of_1988 "momentum"
local epoch, tss = solve(NET)
local yhat = predict()
step()
print(published {
  {"tss of epoch 1", "1.050652", tss[1]},
  {"tss of epoch 30", "1.002386", tss[30]},
  {"tss of epoch 240", "0.65789", tss[240]},
  {"first epoch with tss below .04", "289", epoch},
  {"its tss", "0.039762", tss[epoch]},
  {"its prediction for 0 0", ".09963", yhat[1][1]},
  {"for 0 1", ".90425", yhat[2][1]},
  {"for 1 0", ".90438", yhat[3][1]},
  {"for 1 1", ".10735", yhat[4][1]},
  {"weights into \"or\" after its update", "5.7172", THETA[1][1][2]},
  {"", "5.7222", THETA[1][1][3]},
  {"bias", "-2.1648", THETA[1][1][1]},
  {"weights into \"and\"", "3.1783", THETA[1][2][2]},
  {"", "3.1810", THETA[1][2][3]},
  {"bias", "-4.8295", THETA[1][2][1]},
  {"weights into the output", "6.4016", THETA[2][1][2]},
  {"", "-6.9615", THETA[2][1][3]},
  {"bias", "-2.8285", THETA[2][1][1]},
})
print("\nWithout momentum the same takes " .. solve(network_of_1988 "sgd") .. " epochs.")
